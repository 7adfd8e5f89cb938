/** What the tests of this package share: an emulator on a free port, and how to ask it for things. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Condition, Service, TrafficTarget } from '@ascent/knative';
import {
  buildImage,
  defaultSettings,
  startEmulator,
  type Emulator,
  type LogEntry,
  type Settings,
} from '../src/index.js';
import { processStartTime } from '../src/instances/process-identity.js';

/** The image of `fixtures/echo`. */
export const echoImage = 'us-central1-docker.pkg.dev/p/r/echo:1';

/** Where the fixtures are. */
export const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));

/** An emulator for one test file. */
export interface World {
  readonly emulator: Emulator;
  readonly settings: Settings;
  readonly logs: LogEntry[];
  readonly stop: () => Promise<void>;
}

/** How long a test waits for what must happen; a busy machine needs a while for a process. */
export const patient = { timeout: 30_000 };

/** Whatever can be asked: an emulator in this process or in another. */
export type Askable = { readonly emulator: { readonly url: string } };

/** Starts an emulator with the echo image in its store. */
export async function startWorld(overrides: Partial<Settings> = {}): Promise<World> {
  const dataDir = overrides.dataDir ?? (await mkdtemp(join(tmpdir(), 'cloud-run-local-')));
  await buildImage(join(fixtures, 'echo'), { tag: echoImage, dataDir });
  const settings: Settings = { ...defaultSettings, port: 0, dataDir, ...overrides };
  const logs: LogEntry[] = [];
  const emulator = await startEmulator(settings, (entry) => logs.push(entry));
  const stop = async (): Promise<void> => {
    await emulator.stop();
    if (overrides.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  return { emulator, settings, logs, stop };
}

/**
 * The body of an answer, of whatever kind: a Service, a Revision, a list or an error. What an answer does not
 * have is undefined, and fails the expectation that looks for it.
 */
export interface Body {
  readonly apiVersion: string;
  readonly kind: 'Service';
  readonly metadata: Service['metadata'] & {
    readonly resourceVersion: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Service['spec'];
  readonly status: {
    readonly observedGeneration: number;
    readonly conditions: readonly Condition[];
    readonly traffic: readonly TrafficTarget[];
    readonly latestCreatedRevisionName: string;
    readonly latestReadyRevisionName: string;
    readonly url: string;
  };
  readonly items: readonly Body[];
  readonly timeSeries?: readonly TimeSeriesBody[];
  readonly error: { readonly code: number; readonly status: string; readonly message: string };
}

/** A series as Cloud Monitoring writes it. */
export interface TimeSeriesBody {
  readonly metric: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly metricKind: string;
  readonly valueType: string;
  readonly points: readonly {
    readonly interval: { readonly startTime: string; readonly endTime: string };
    readonly value: {
      readonly int64Value?: string;
      readonly doubleValue?: number;
      readonly distributionValue?: {
        readonly count: string;
        readonly mean: number;
        readonly bucketOptions: unknown;
        readonly bucketCounts: readonly string[];
      };
    };
  }[];
}

/** An answer of an API. */
export interface ApiReply {
  readonly status: number;
  readonly body: Body;
}

/** Calls an API of the emulator. */
export async function call(
  world: Askable,
  operation: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`,
  body?: unknown,
): Promise<ApiReply> {
  const [method = '', path = ''] = operation.split(' ');
  const response = await fetch(`${world.emulator.url}${path}`, {
    method,
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

/** The path of the services of the default project, or of one of them. */
export function servicePath(name = ''): `/${string}` {
  return `/apis/serving.knative.dev/v1/namespaces/local/services${name && `/${name}`}`;
}

/** A Service of the echo image. */
export function echoService(
  name: string,
  {
    env = {},
    traffic,
    annotations = {},
    spec = {},
    container = {},
  }: {
    env?: Record<string, string>;
    traffic?: readonly Record<string, unknown>[];
    annotations?: Record<string, string>;
    spec?: Record<string, unknown>;
    container?: Record<string, unknown>;
  } = {},
): Service {
  const variables = Object.entries(env).map(([variable, value]) => ({ name: variable, value }));
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      template: {
        metadata: { annotations },
        spec: { ...spec, containers: [{ image: echoImage, env: variables, ...container }] },
      },
      ...(traffic !== undefined && { traffic }),
    },
  };
}

/** Reads a service until its `Ready` condition is decided for its newest generation. */
export async function settled(world: Askable, name: string): Promise<Body> {
  for (;;) {
    const { body } = await call(world, `GET ${servicePath(name)}`);
    const ready = body.status.conditions.find(({ type }) => type === 'Ready');
    const current = body.status.observedGeneration === body.metadata.generation;
    if (current && ready !== undefined && ready.status !== 'Unknown') return body;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Writes a service (creating it if need be) and waits until it is decided. */
export async function deploy(world: Askable, service: Service): Promise<Body> {
  const name = service.metadata.name ?? '';
  const exists = (await call(world, `GET ${servicePath(name)}`)).status === 200;
  const reply = exists
    ? await call(world, `PUT ${servicePath(name)}`, service)
    : await call(world, `POST ${servicePath()}`, service);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return settled(world, name);
}

/** Whether a process runs; one that has ended and that nobody has waited for does not. */
export function isAlive(pid: number): boolean {
  return processStartTime(pid) !== undefined;
}

/** An answer through the front door. */
export interface FrontReply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** Sends a request to a service by its address (`status.url` or a tag's). */
export function visit(
  url: string,
  {
    path = '/',
    method = 'GET',
    body,
    headers = {},
  }: {
    path?: string;
    method?: string;
    body?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<FrontReply> {
  const { host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, method, headers: { host, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
