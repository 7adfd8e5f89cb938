import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Account } from './account.js';
import { ownedCommand } from './owned-process.js';

const readyMessage = 'database system is ready to accept connections';
const stopTimeoutMs = 10_000;

/** A running server. */
export interface Server {
  readonly port: number;
  /** Stops it (fast shutdown: open transactions are rolled back); resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
}

/** What a server is started with. */
export interface ServerOptions {
  readonly postgres: string;
  readonly pgdata: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly account: Account | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** Starts the server on loopback only and waits for its own word that it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const port = options.port === 0 ? await findFreePort() : options.port;
    try {
      return await startOn(port, options);
    } catch (error) {
      // Between finding a free port and taking it, somebody else may be quicker.
      const isTaken = error instanceof Error && error.message.includes('Address already in use');
      if (options.port !== 0 || !isTaken || attempt === 5) throw error;
    }
  }
}

async function startOn(port: number, options: ServerOptions): Promise<Server> {
  const { postgres, pgdata, account } = options;
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Ten instances with ten connections each, two revisions of them, and some to look around with.
    max_connections: '250',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [postgres, '-D', pgdata, '-p', String(port), ...flags];
  // SIGINT is PostgreSQL's fast shutdown.
  const { file, args } = ownedCommand('INT', command);
  const child = spawn(file, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    // Its own process group: Ctrl-C in the terminal is for the caller, who stops the server last.
    detached: true,
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  // The watcher may be gone before the pipe is closed.
  child.stdin.on('error', () => undefined);
  await waitUntilReady(child, options.log);
  keepProcessFree(child);
  let stopped: Promise<void> | undefined;
  return { port, stop: () => (stopped ??= stopChild(child)) };
}

type Child = ChildProcessByStdio<Writable, null, Readable>;

function waitUntilReady(child: Child, log: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let lines: string[] = [];
    let rest = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        log(line);
        lines = [...lines.slice(-19), line];
        if (line.includes(readyMessage)) resolve();
      }
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      child.stdin.destroy();
      const end = signal ?? `status ${String(status)}`;
      reject(new Error(`PostgreSQL ended (${end}) before it was ready:\n${lines.join('\n')}`));
    });
  });
}

/** A caller that has nothing else to do may end; the closed pipe then stops the server. */
function keepProcessFree(child: Child): void {
  child.unref();
  for (const stream of [child.stdin, child.stderr]) {
    if (stream instanceof Socket) stream.unref();
  }
}

async function stopChild(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const gone = once(child, 'exit');
  const impatience = setTimeout(() => child.kill('SIGQUIT'), stopTimeoutMs);
  child.kill('SIGINT');
  await gone;
  clearTimeout(impatience);
  child.stdin.destroy();
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address.port;
}
