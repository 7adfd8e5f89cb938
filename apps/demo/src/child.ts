/**
 * A child process with an owner: it is ready when it says so on stdout, its output goes to a file, and `stop` ends it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ownedCommand } from '@ascent/local-postgres';

/** What to run. */
export type ChildOptions = {
  readonly name: string;
  /** Path of a bundle, run by this Node. */
  readonly script: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** A running child. */
export type Child = {
  readonly pid: number;
  /** The URL of the JSON line `{"ready":true,"url":"…"}` it printed. */
  readonly url: string;
  /** Resolves with how it ended. */
  readonly exited: Promise<string>;
  /** SIGTERM, and SIGKILL after `graceMs`. May be called twice. */
  readonly stop: (graceMs?: number) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
};

/** How long a child may take to end by itself: Cloud Run's own ten seconds, and a little. */
const GRACE_MS = 12_000;

/** Starts a child and waits until it is ready. @throws where it ends first; the message carries its last lines. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const command = [process.execPath, options.script, ...options.args];
  const { file, args } = ownedCommand('TERM', command);
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own process group: Ctrl-C in the terminal is for the caller, who ends its children in their order.
    detached: true,
    env: { ...process.env, ...options.env },
  });
  // The watcher may be gone before the pipe is closed.
  child.stdin.on('error', () => undefined);
  const log = createWriteStream(options.logFile, { flags: 'a' });
  child.stderr.pipe(log, { end: false });
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal ?? `status ${String(code)}`);
    });
  });
  const url = await firstReady(child, { options, exited, log });
  return {
    pid: child.pid ?? -1,
    url,
    exited,
    kill: (signal) => child.kill(signal),
    stop: async (graceMs = GRACE_MS) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

async function firstReady(
  child: ChildProcess,
  context: {
    readonly options: ChildOptions;
    readonly exited: Promise<string>;
    readonly log: NodeJS.WritableStream;
  },
): Promise<string> {
  const { options, exited, log } = context;
  if (child.stdout === null) throw new Error(`${options.name} has no stdout`);
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      log.write(`${line}\n`);
      const url = readyUrl(line);
      if (url !== null) resolve(url);
    });
  });
  const failed = exited.then((how) => {
    throw new Error(`${options.name} ended (${how}) before it was ready; see ${options.logFile}`);
  });
  const url = await Promise.race([ready, failed]);
  failed.catch(() => undefined);
  return url;
}

function readyUrl(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const value = JSON.parse(line) as { ready?: unknown; url?: unknown };
    return value.ready === true && typeof value.url === 'string' ? value.url : null;
  } catch {
    return null;
  }
}
