/**
 * Google's APIs as far as the bootstrap speaks with them, on a local port: hosts are the first part of the path. It keeps
 * what was made, answers as the real ones do (404, 409, operations that are pending first, etags that are enforced,
 * APIs that must be enabled first), and writes down every write.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;
type Reply = { status: number; body: Json };
type Request = {
  method: string;
  host: string;
  path: string;
  query: URLSearchParams;
  quotaProject: string | undefined;
  body: Json;
};

/** A fault to play: answers a matching request `times` times before it is let through. */
export type Fault = { method: string; path: RegExp; reply: Reply; times: number };

const NUMBER = '123456789012';
/** APIs without which a host answers SERVICE_DISABLED; these two are always there. */
const ALWAYS_ON = ['serviceusage.googleapis.com', 'cloudresourcemanager.googleapis.com'];
const LONG_RUNNING = ['artifactregistry.googleapis.com', 'compute.googleapis.com'];

/** A running stand-in. */
export class FakeGoogle {
  readonly writes: string[] = [];
  readonly faults: Fault[] = [];
  /** By `host/path`. */
  readonly objects = new Map<string, Json>();
  readonly enabled = new Set<string>(ALWAYS_ON);
  url = '';
  readonly #operations = new Map<string, Json>();
  #server: Server | undefined;
  #counter = 0;

  constructor(project: string) {
    this.objects.set(`cloudresourcemanager.googleapis.com/v3/projects/${project}`, {
      name: `projects/${NUMBER}`,
      projectId: project,
    });
  }

  async start(): Promise<void> {
    this.#server = createServer((incoming, outgoing) => {
      void readRequest(incoming).then((request) => {
        const { status, body } = this.#answer(request);
        outgoing.writeHead(status, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** The policy of a resource as role → members. */
  policyOf(key: string): Record<string, string[]> {
    const { bindings = [] } = (this.objects.get(`${key}:policy`) ?? {}) as {
      bindings?: { role: string; members: string[] }[];
    };
    return Object.fromEntries(bindings.map(({ role, members }) => [role, members]));
  }

  #answer(request: Request): Reply {
    const { method, host, path } = request;
    const fault = this.faults.find(
      (each) => each.times > 0 && each.method === method && each.path.test(`${host}${path}`),
    );
    if (fault) {
      fault.times -= 1;
      return fault.reply;
    }
    if (!this.#isEnabledFor(request)) {
      const details = [{ reason: 'SERVICE_DISABLED' }];
      return {
        status: 403,
        body: {
          error: {
            code: 403,
            status: 'PERMISSION_DENIED',
            message: `${host} has not been used`,
            details,
          },
        },
      };
    }
    const isPolicyRead = path.endsWith(':getIamPolicy');
    if (method !== 'GET' && !isPolicyRead) this.writes.push(`${method} ${host}${path}`);
    if (path.includes('/operations/')) return this.#operation(`${host}${path}`);
    if (host.startsWith('storage') && path.endsWith('/iam')) return this.#bucketPolicy(request);
    if (path.endsWith('IamPolicy')) return this.#policy(request);
    if (path.endsWith(':batchEnable')) return this.#enable(request);
    if (method === 'GET') return this.#get(request);
    return method === 'POST' ? this.#create(request) : this.#patch(request);
  }

  /** A person's token names no project, and a billing account belongs to none: such a call must name one itself. */
  #isEnabledFor({ host, quotaProject }: Request): boolean {
    if (host.startsWith('billingbudgets') && quotaProject === undefined) return false;
    return this.enabled.has(host);
  }

  #get({ host, path }: Request): Reply {
    const key = `${host}${path}`;
    if (host.startsWith('serviceusage')) {
      return {
        status: 200,
        body: { services: [...this.enabled].map((name) => ({ config: { name } })) },
      };
    }
    const collection = /\/(notificationChannels|budgets|alertPolicies|dashboards)$/.exec(path)?.[1];
    if (collection !== undefined) {
      const items = [...this.objects]
        .filter(([each]) => each.startsWith(`${key}/`))
        .map(([, value]) => value);
      return {
        status: 200,
        body: items.length === 0 ? {} : { [collection]: items.map(withoutDefaults) },
      };
    }
    const found = this.objects.get(key);
    return found ? { status: 200, body: found } : notFound(key);
  }

  #create({ host, path, query, body }: Request): Reply {
    const id = [...query].find(([name]) => name.endsWith('Id'))?.[1] ?? this.#idIn(host, body);
    const key = host.startsWith('dns')
      ? `${host}${path}/${id}/${String(body['type'])}`
      : `${host}${path}/${id}`;
    if (this.objects.has(key))
      return {
        status: 409,
        body: { error: { code: 409, status: 'ALREADY_EXISTS', message: `${key} already exists` } },
      };
    if (host.startsWith('storage')) {
      this.objects.set(key, body);
      return { status: 200, body };
    }
    const name = key.slice(
      key.indexOf('/v1/') < 0 ? key.indexOf('/v3/') + 4 : key.indexOf('/v1/') + 4,
    );
    const made: Json = { name, ...body };
    if (path.endsWith('/dashboards')) made['etag'] = `e${++this.#counter}`;
    if (path.endsWith('/addresses'))
      made['address'] = body['ipVersion'] === 'IPV6' ? '2600:1901::1' : '203.0.113.7';
    const keep = (): void => void this.objects.set(key, made);
    const isLongRunning = LONG_RUNNING.includes(host) || path.includes('workloadIdentityPools');
    if (isLongRunning) return this.#begin(host, path, keep);
    keep();
    return { status: 200, body: made };
  }

  #idIn(host: string, body: Json): string {
    const { accountId, name } = body;
    if (typeof accountId === 'string') return `${accountId}@dovvybuddy.iam.gserviceaccount.com`;
    if (/^(dns|compute|storage)/.test(host)) return String(name);
    return String(++this.#counter);
  }

  #patch({ host, path, body }: Request): Reply {
    const key = `${host}${path}`;
    const found = this.objects.get(key);
    if (!found) return notFound(key);
    if (path.includes('/dashboards/')) {
      // Replaced as a whole, and only what was read.
      if (body['etag'] !== found['etag']) return badRequest('The etag is not the present one');
      this.objects.set(key, { ...body, etag: `e${++this.#counter}` });
      return { status: 200, body };
    }
    this.objects.set(key, { ...found, ...body });
    return { status: 200, body: { ...found, ...body } };
  }

  #policy({ host, path, body }: Request): Reply {
    const at = `${host}${path}`.replace(/:[gs]etIamPolicy$/, '');
    if (!this.objects.has(at)) return notFound(at);
    const policy = this.objects.get(`${at}:policy`) ?? { etag: 'e0' };
    if (path.endsWith(':getIamPolicy')) {
      const isWrong = host.startsWith('iam.') && Object.keys(body).length > 0;
      return isWrong ? badRequest('Unknown name in the body') : { status: 200, body: policy };
    }
    const wanted = body['policy'] as Json;
    if (wanted['etag'] !== policy['etag']) {
      return {
        status: 409,
        body: {
          error: { code: 409, status: 'ABORTED', message: 'There were concurrent policy changes.' },
        },
      };
    }
    this.objects.set(`${at}:policy`, { ...wanted, etag: `e${++this.#counter}` });
    return { status: 200, body: this.objects.get(`${at}:policy`) ?? {} };
  }

  /** Cloud Storage: the policy itself is the body. */
  #bucketPolicy({ method, host, path, body }: Request): Reply {
    const at = `${host}${path}`.replace(/\/iam$/, '');
    if (!this.objects.has(at)) return notFound(at);
    if (method === 'PUT')
      this.objects.set(`${at}:policy`, { ...body, etag: `e${++this.#counter}` });
    return { status: 200, body: this.objects.get(`${at}:policy`) ?? { etag: 'e0' } };
  }

  #enable({ host, path, body }: Request): Reply {
    return this.#begin(host, path, () => {
      for (const name of body['serviceIds'] as string[]) this.enabled.add(name);
    });
  }

  /** An operation is pending when it begins and once more when it is asked for; then it has happened. */
  #begin(host: string, path: string, happen: () => void): Reply {
    const id = `op-${++this.#counter}`;
    if (host.startsWith('compute')) {
      const selfLink = `https://${host}${path.slice(0, path.lastIndexOf('/'))}/operations/${id}`;
      const operation = { kind: 'compute#operation', name: id, selfLink };
      this.#operations.set(`${host}${new URL(selfLink).pathname}`, {
        operation,
        polls: 1,
        happen,
        compute: true,
      });
      return { status: 200, body: { ...operation, status: 'RUNNING' } };
    }
    const name = `operations/${id}`;
    this.#operations.set(`${host}/v1/${name}`, {
      operation: { name },
      polls: 1,
      happen,
      compute: false,
    });
    return { status: 200, body: { name } };
  }

  #operation(key: string): Reply {
    const found = this.#operations.get(key) as
      { operation: Json; polls: number; happen: () => void; compute: boolean } | undefined;
    if (!found) return notFound(key);
    if (found.polls > 0) {
      found.polls -= 1;
      return {
        status: 200,
        body: { ...found.operation, ...(found.compute ? { status: 'RUNNING' } : {}) },
      };
    }
    found.happen();
    return {
      status: 200,
      body: {
        ...found.operation,
        ...(found.compute ? { status: 'DONE' } : { done: true, response: {} }),
      },
    };
  }
}

/** As proto3 JSON writes it: zeros, empty texts and `false` are left out. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== 0 && field !== '' && field !== false)
      .map(([name, field]) => [name, withoutDefaults(field)]),
  );
}

function badRequest(message: string): Reply {
  return { status: 400, body: { error: { code: 400, status: 'INVALID_ARGUMENT', message } } };
}

function notFound(key: string): Reply {
  return {
    status: 404,
    body: { error: { code: 404, status: 'NOT_FOUND', message: `${key} was not found` } },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
  const [, host = ''] = pathname.split('/');
  return {
    method: incoming.method ?? 'GET',
    host,
    path: decodeURIComponent(pathname.slice(host.length + 1)),
    query: searchParams,
    quotaProject: incoming.headers['x-goog-user-project']?.toString(),
    body: text === '' ? {} : (JSON.parse(text) as Json),
  };
}
