/** cloud-run-local as its users run it, in a process of its own, and the way others than Ascent write to it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(
  new URL('../../cloud-run-local/dist/cloud-run-local.js', import.meta.url),
);
const FIXTURE = fileURLToPath(new URL('./fixtures/greeter', import.meta.url));
const IMAGE = 'us-central1-docker.pkg.dev/p/r/greeter:1';
const API = '/apis/serving.knative.dev/v1/namespaces/local';

/** A Knative object as plain JSON: tests look at whatever they want to. */
export type Raw = {
  readonly metadata: Record<string, unknown> & { readonly annotations?: Record<string, string> };
  readonly spec: Record<string, unknown> & { readonly template: Record<string, unknown> };
  readonly status: Record<string, unknown>;
};

/** A running emulator. */
export type CloudRunLocal = {
  readonly url: string;
  /** Creates a service, or replaces its template as a deploy does, and returns its new revision's name. */
  readonly deploy: (service: string, env?: Record<string, string>) => Promise<string>;
  readonly get: (service: string) => Promise<Raw>;
  readonly put: (service: string, body: unknown) => Promise<number>;
  readonly revisionsOf: (service: string) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
};

/** Starts the emulator on a free port. The bundle must have been built (`npm test` does so first). */
export async function startCloudRunLocal(flags: readonly string[] = []): Promise<CloudRunLocal> {
  const data = await mkdtemp(join(tmpdir(), 'ascent-platform-'));
  const built = spawnSync(
    process.execPath,
    [PROGRAM, 'image', 'build', FIXTURE, '--tag', IMAGE, '--data', data],
    { encoding: 'utf8' },
  );
  if (built.status !== 0) throw new Error(`cannot build the image: ${built.stderr}`);
  const child = spawn(
    process.execPath,
    [PROGRAM, 'start', '--port', '0', '--data', data, ...flags],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { readonly url: string };
    return { url, stop, ...api(url) };
  }
  throw new Error('cloud-run-local ended before it was ready');
}

function api(url: string): Omit<CloudRunLocal, 'url' | 'stop'> {
  const call = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${url}${API}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const get = async (service: string): Promise<Raw> =>
    (await (await call('GET', `/services/${service}`)).json()) as Raw;
  const put = async (service: string, body: unknown): Promise<number> =>
    (await call('PUT', `/services/${service}`, body)).status;
  const deploy = async (service: string, env: Record<string, string> = {}): Promise<string> => {
    const present = await call('GET', `/services/${service}`);
    const before = present.status === 200 ? ((await present.json()) as Raw) : null;
    const body =
      before === null
        ? newService(service, env)
        : { ...before, spec: { ...before.spec, template: template(env) } };
    const written =
      before === null ? (await call('POST', '/services', body)).status : await put(service, body);
    if (written !== 200) throw new Error(`the deploy was answered ${written}`);
    return newRevision(() => get(service), before?.status['latestCreatedRevisionName']);
  };
  const revisionsOf = async (service: string): Promise<readonly string[]> => {
    const label = encodeURIComponent(`serving.knative.dev/service=${service}`);
    const list = (await (await call('GET', `/revisions?labelSelector=${label}`)).json()) as {
      readonly items?: readonly { readonly metadata: { readonly name: string } }[];
    };
    return (list.items ?? []).map(({ metadata }) => metadata.name).toSorted();
  };
  return { deploy, get, put, revisionsOf };
}

async function newRevision(get: () => Promise<Raw>, before: unknown): Promise<string> {
  for (;;) {
    const name = (await get()).status['latestCreatedRevisionName'];
    if (typeof name === 'string' && name !== before) return name;
    await delay(20);
  }
}

function newService(name: string, env: Record<string, string>): unknown {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name,
      annotations: { 'example.com/owner': 'the diving team' },
      labels: { tier: 'web' },
    },
    spec: { template: template(env) },
  };
}

function template(env: Record<string, string>): unknown {
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  return { metadata: {}, spec: { containers: [{ image: IMAGE, env: variables }] } };
}
