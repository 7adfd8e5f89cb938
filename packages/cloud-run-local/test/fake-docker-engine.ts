/**
 * A Docker engine as far as cloud-run-local needs one: the engine's HTTP API over a real Unix socket, with processes of
 * this machine in place of containers. No real engine is at hand where these tests run, so the shapes and the status
 * codes are the documentation's: https://docs.docker.com/reference/api/engine/version/v1.47/
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createRelay, type AddressInfo, type Server } from 'node:net';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fixtures } from './harness.js';

/** What `POST /containers/create` was sent. */
export interface CreateBody {
  readonly Image: string;
  readonly Env: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly HostConfig: {
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly NanoCpus: number;
    readonly PortBindings: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
    >;
  };
}

/** A container of the fake. */
export interface FakeContainer {
  readonly id: string;
  readonly body: CreateBody;
  process: ChildProcess | undefined;
  relay: Server | undefined;
  exitCode: number | undefined;
  outOfMemory: boolean;
  readonly signals: string[];
}

/** The fake, listening. */
export interface FakeDockerEngine {
  /** Every container ever made and not removed. */
  readonly containers: ReadonlyMap<string, FakeContainer>;
  /** Every container ever made. */
  readonly made: readonly FakeContainer[];
  /** References that were asked of a registry. */
  readonly pulled: readonly string[];
  readonly stop: () => Promise<void>;
}

const apiVersion = '1.47';

/** Numbers for `GET …/stats`, as cgroup v2 gives them. */
const usage = {
  memory_stats: { usage: 40 * 2 ** 20, stats: { inactive_file: 8 * 2 ** 20 } },
  cpu_stats: { cpu_usage: { total_usage: 250_000_000 } },
};

function frame(stream: 1 | 2, chunk: Buffer): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(chunk.length, 4);
  return Buffer.concat([header, chunk]);
}

async function readJson(incoming: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return text === '' ? undefined : JSON.parse(text);
}

/** A port of the system's choice: the emulator's own allocator, asked here as well, would name the same ones. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createRelay();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

const splitVariable = (text: string): readonly [string, string] => {
  const equals = text.indexOf('=');
  return [text.slice(0, equals), text.slice(equals + 1)];
};

/** Starts a fake engine that has `images`, and may pull `pullable`. */
export async function startFakeDockerEngine(
  socketPath: string,
  { images, pullable }: { images: readonly string[]; pullable: readonly string[] },
): Promise<FakeDockerEngine> {
  const containers = new Map<string, FakeContainer>();
  const made: FakeContainer[] = [];
  const pulled: string[] = [];
  const present = new Set(images);

  const end = (container: FakeContainer, code: number): void => {
    container.exitCode = code;
    container.relay?.close();
  };

  /** As docker-proxy does: accepts every connection, and closes it where nobody listens in the container. */
  const startContainer = async (container: FakeContainer): Promise<void> => {
    const inside = await freePort();
    const env = Object.fromEntries(container.body.Env.map(splitVariable));
    const child = spawn(process.execPath, [join(fixtures, 'echo', 'server.mjs')], {
      env: { ...env, PORT: String(inside) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    container.process = child;
    child.once('exit', (code, signal) => {
      end(container, code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
    const relay = createRelay((outer) => {
      const inner = connect(inside, '127.0.0.1');
      inner.once('error', () => outer.end());
      outer.once('error', () => inner.destroy());
      outer.pipe(inner).pipe(outer);
    });
    container.relay = relay;
    const [bindings] = Object.values(container.body.HostConfig.PortBindings);
    const hostPort = Number(bindings?.[0]?.HostPort);
    await new Promise<void>((resolve) => relay.listen(hostPort, '127.0.0.1', resolve));
  };

  const json = (outgoing: ServerResponse, status: number, body?: unknown): void => {
    outgoing.writeHead(status, { 'content-type': 'application/json' });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  };

  const pull = (outgoing: ServerResponse, reference: string): void => {
    pulled.push(reference);
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    outgoing.write(`${JSON.stringify({ status: `Pulling from ${reference}` })}\r\n`);
    if (pullable.includes(reference)) present.add(reference);
    else outgoing.write(`${JSON.stringify({ error: 'manifest unknown' })}\r\n`);
    outgoing.end();
  };

  const create = (outgoing: ServerResponse, body: CreateBody): void => {
    if (!present.has(body.Image)) {
      json(outgoing, 404, { message: `No such image: ${body.Image}` });
      return;
    }
    const id = randomBytes(32).toString('hex');
    const container: FakeContainer = {
      id,
      body,
      process: undefined,
      relay: undefined,
      exitCode: undefined,
      outOfMemory: false,
      signals: [],
    };
    containers.set(id, container);
    made.push(container);
    json(outgoing, 201, { Id: id, Warnings: [] });
  };

  /** Calls on one container, by what stands behind its id. */
  const verbs: Readonly<
    Record<
      string,
      (container: FakeContainer, outgoing: ServerResponse, query: URLSearchParams) => unknown
    >
  > = {
    'POST start': async (container, outgoing) => {
      await startContainer(container);
      json(outgoing, 204);
    },
    'POST kill': (container, outgoing, query) => {
      if (container.exitCode !== undefined) {
        json(outgoing, 409, { message: `container ${container.id} is not running` });
        return;
      }
      const signal = query.get('signal') ?? 'SIGKILL';
      container.signals.push(signal);
      container.process?.kill(signal as NodeJS.Signals);
      json(outgoing, 204);
    },
    'POST wait': (container, outgoing) => {
      // The status comes at once, the body when the container has ended.
      outgoing.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      const answer = (): unknown =>
        outgoing.end(JSON.stringify({ StatusCode: container.exitCode }));
      if (container.exitCode !== undefined) answer();
      else container.process?.once('exit', () => setImmediate(answer));
    },
    'GET json': (container, outgoing) => {
      json(outgoing, 200, { Id: container.id, State: { OOMKilled: container.outOfMemory } });
    },
    'GET logs': ({ process: child }, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/vnd.docker.multiplexed-stream' });
      outgoing.flushHeaders();
      child?.stdout?.on('data', (chunk: Buffer) => outgoing.write(frame(1, chunk)));
      child?.stderr?.on('data', (chunk: Buffer) => outgoing.write(frame(2, chunk)));
      child?.once('close', () => outgoing.end());
    },
    'GET stats': ({ process: child }, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      outgoing.write(`${JSON.stringify(usage)}\n`);
      child?.once('close', () => outgoing.end());
    },
    'DELETE ': (container, outgoing) => {
      container.process?.kill('SIGKILL');
      containers.delete(container.id);
      json(outgoing, 204);
    },
  };

  const list = (outgoing: ServerResponse, query: URLSearchParams): void => {
    const { label = [] } = JSON.parse(query.get('filters') ?? '{}') as { label?: string[] };
    const labelled = [...containers.values()].filter(({ body }) => {
      const own = Object.entries(body.Labels).map((entry) => entry.join('='));
      return label.every((text) => own.includes(text));
    });
    const body = labelled.map(({ id: Id }) => ({ Id }));
    json(outgoing, 200, body);
  };

  const inspectImage = (outgoing: ServerResponse, image: string): void => {
    if (present.has(image)) {
      json(outgoing, 200, { Id: 'sha256:abc', RepoDigests: [`${image}@sha256:abc`] });
    } else json(outgoing, 404, { message: `No such image: ${image}` });
  };

  const onContainer = async (call: string, outgoing: ServerResponse, query: URLSearchParams) => {
    const [, method = '', id = '', verb = ''] =
      /^(\w+) \/containers\/([0-9a-f]{64})(?:\/(\w+))?$/.exec(call) ?? [];
    const container = containers.get(id);
    if (container === undefined) json(outgoing, 404, { message: `No such container: ${id}` });
    else await verbs[`${method} ${verb}`]?.(container, outgoing, query);
  };

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://docker');
    const call = `${incoming.method ?? ''} ${pathname.replace(`/v${apiVersion}`, '')}`;
    const image = /^GET \/images\/(.+)\/json$/.exec(call)?.[1];
    if (call === 'GET /_ping') outgoing.writeHead(200, { 'api-version': apiVersion }).end('OK');
    else if (call === 'POST /images/create') pull(outgoing, searchParams.get('fromImage') ?? '');
    else if (image !== undefined) inspectImage(outgoing, image);
    else if (call === 'GET /containers/json') list(outgoing, searchParams);
    else if (call === 'POST /containers/create') {
      create(outgoing, (await readJson(incoming)) as CreateBody);
    } else await onContainer(call, outgoing, searchParams);
  };

  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    containers,
    made,
    pulled,
    stop: async () => {
      for (const { process: child, relay } of made) {
        child?.kill('SIGKILL');
        relay?.close();
      }
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
