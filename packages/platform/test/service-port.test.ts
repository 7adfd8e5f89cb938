/** How the port meets a platform that fails, refuses, or does not say whether a write took effect. */
import { AscentError, type ServicePort } from '@ascent/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createServicePort } from '../src/index.js';
import { answerJson, startScriptedServer, type ScriptedServer } from './scripted-server.js';

const PATH = '/apis/serving.knative.dev/v1/namespaces/p1/services/web';

function service(changes: { record?: string; version?: string; traffic?: object[] } = {}): object {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: 'web',
      resourceVersion: changes.version ?? 'v1',
      generation: 1,
      annotations: changes.record === undefined ? {} : { 'ascent.dev/rollout': changes.record },
    },
    spec: {
      template: { spec: { containers: [{ image: 'web:1' }] } },
      traffic: changes.traffic ?? [{ revisionName: 'web-00001-abc', percent: 100 }],
    },
    status: {
      observedGeneration: 1,
      latestCreatedRevisionName: 'web-00001-abc',
      latestReadyRevisionName: 'web-00001-abc',
      conditions: [{ type: 'Ready', status: 'True' }],
      traffic: [{ revisionName: 'web-00001-abc', percent: 100 }],
    },
  };
}

function googleError(code: number, status: string, message: string): object {
  return { error: { code, status, message } };
}

const change = { record: 'new record', traffic: null };

let server: ScriptedServer;
let port: ServicePort;

beforeEach(async () => {
  server = await startScriptedServer((_, response) => {
    answerJson(response, 200, service());
  });
  port = createServicePort({
    platform: { type: 'local', url: server.url, project: 'p1', service: 'web' },
    deadlineMs: 2_000,
  });
});
afterEach(() => server.close());

async function failure(promise: Promise<unknown>): Promise<AscentError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof AscentError) return error;
  throw new Error(`no AscentError but ${String(error)}`);
}

describe('whoever waits for the first answer', () => {
  const told = (
    afterMs: number,
  ): {
    readonly port: ServicePort;
    readonly first: Promise<string>;
    said: string[];
  } => {
    const said: string[] = [];
    let tell: (reason: string) => void = () => undefined;
    const first = new Promise<string>((resolve) => {
      tell = (reason) => {
        said.push(reason);
        resolve(reason);
      };
    });
    const platform = { type: 'local', url: server.url, project: 'p1', service: 'web' } as const;
    const slow = { afterMs, tell };
    return { port: createServicePort({ platform, deadlineMs: 30_000, slow }), first, said };
  };

  test('is told what is being waited for, and once', async () => {
    const { port: slowPort, first, said } = told(20);
    server.script = (_, response) => {
      void first.then(() => {
        answerJson(response, 200, service());
      });
    };
    await slowPort.read();
    expect(said).toEqual([`cloud-run-local at ${server.url}, project p1 (no answer yet)`]);
    await slowPort.read();
    expect(said).toHaveLength(1);
  });

  test('is told nothing where something has answered', async () => {
    // Long enough for a quick answer on a busy machine.
    const afterMs = 1_500;
    const { port: quickPort, said } = told(afterMs);
    await quickPort.read();
    server.script = (_, response) => {
      setTimeout(() => {
        answerJson(response, 200, service());
      }, afterMs + 100);
    };
    await quickPort.read();
    expect(said).toEqual([]);
  });
});

describe('a read', () => {
  test('is asked again while the platform answers 429 or 503, and then succeeds', async () => {
    const statuses = [503, 429, 200];
    server.script = (_, response) => {
      const status = statuses.shift() ?? 200;
      answerJson(
        response,
        status,
        status === 200 ? service() : googleError(status, 'UNAVAILABLE', 'later'),
      );
    };
    await expect(port.read()).resolves.toMatchObject({ service: 'web', resourceVersion: 'v1' });
    expect(server.asked.map(({ path }) => path)).toEqual([PATH, PATH, PATH]);
  });

  test('is asked again when the connection breaks', async () => {
    let broken = false;
    server.script = (_, response) => {
      if (broken) {
        answerJson(response, 200, service());
        return;
      }
      broken = true;
      response.destroy();
    };
    await expect(port.read()).resolves.toMatchObject({ service: 'web' });
  });

  test('gives up at the deadline, and says what the platform said', async () => {
    server.script = (_, response) => {
      answerJson(response, 503, googleError(503, 'UNAVAILABLE', 'backend is down'));
    };
    const error = await failure(port.read());
    expect(error).toMatchObject({ code: 'ASC_PLATFORM_UNAVAILABLE' });
    expect(error.message).toContain('web');
    expect(error.message).toContain('HTTP 503: backend is down.');
  });

  test('of a platform that never answers ends at the deadline', async () => {
    server.script = () => undefined;
    const error = await failure(port.read());
    expect(error).toMatchObject({ code: 'ASC_PLATFORM_UNAVAILABLE' });
    expect(error.message).toContain('no answer within');
  });

  test('of nobody names the address that refused', async () => {
    await server.close();
    const error = await failure(port.read());
    expect(error).toMatchObject({ code: 'ASC_PLATFORM_UNAVAILABLE' });
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.message).toContain(server.url);
  });

  test.each([
    {
      status: 404,
      body: googleError(404, 'NOT_FOUND', 'Resource not found'),
      code: 'ASC_SERVICE_NOT_FOUND',
      words: 'Deploy the service once',
    },
    {
      status: 403,
      body: googleError(403, 'PERMISSION_DENIED', "Permission 'run.services.get' denied"),
      code: 'ASC_PLATFORM_DENIED',
      words: 'run.services.get and run.revisions.get',
    },
    {
      status: 401,
      body: { kind: 'Status', status: 'Failure', message: 'Unauthorized', code: 401 },
      code: 'ASC_PLATFORM_DENIED',
      words: 'Unauthorized',
    },
    {
      status: 400,
      body: googleError(400, 'INVALID_ARGUMENT', 'bad namespace'),
      code: 'ASC_PLATFORM_REFUSED',
      words: 'bad namespace',
    },
  ])(
    'answered $status is not asked again and says what to do',
    async ({ status, body, code, words }) => {
      server.script = (_, response) => {
        answerJson(response, status, body);
      };
      const denied = createServicePort({
        platform: {
          type: 'cloudRun',
          project: 'p1',
          region: 'r1',
          service: 'web',
          endpoint: server.url,
        },
      });
      const error = await failure(denied.read());
      expect(error).toMatchObject({ code });
      expect(error.message).toContain(words);
      expect(server.asked).toHaveLength(1);
    },
  );

  test('of something that is no Knative service names what is missing', async () => {
    server.script = (_, response) => {
      answerJson(response, 200, { metadata: { name: 'web' }, spec: { template: {} } });
    };
    const error = await failure(port.read());
    expect(error.message).toContain('metadata.resourceVersion');
  });

  test('of a login page says so', async () => {
    server.script = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    };
    expect(await failure(port.read())).toMatchObject({ code: 'ASC_PLATFORM_UNAVAILABLE' });
  });

  test('asks for the newest revision only when the service does not answer for it', async () => {
    server.script = ({ path }, response) => {
      if (path === PATH) {
        const object = service() as { status: object };
        const status = { ...object.status, latestCreatedRevisionName: 'web-00002-abc' };
        answerJson(response, 200, { ...object, status });
      } else {
        answerJson(response, 200, {
          status: {
            conditions: [{ type: 'Ready', status: 'False', message: 'startup probe failed' }],
          },
        });
      }
    };
    await expect(port.read()).resolves.toMatchObject({
      latestReadiness: { type: 'failed', message: 'startup probe failed' },
    });
    expect(server.asked.map(({ path }) => path)).toEqual([
      PATH,
      '/apis/serving.knative.dev/v1/namespaces/p1/revisions/web-00002-abc',
    ]);
  });
});

describe('a write', () => {
  test('carries the version that was read, and is written', async () => {
    await expect(port.replace(await port.read(), change)).resolves.toBe('written');
    const put = server.asked.at(-1);
    expect(put).toMatchObject({ method: 'PUT', path: PATH });
    expect(JSON.parse(put?.body ?? '')).toMatchObject({
      metadata: { resourceVersion: 'v1', annotations: { 'ascent.dev/rollout': 'new record' } },
      spec: { template: { metadata: { name: 'web-00001-abc' } } },
    });
  });

  test('of a service that moved on is a conflict', async () => {
    const view = await port.read();
    server.script = (_, response) => {
      answerJson(response, 409, googleError(409, 'ABORTED', "Conflict for resource 'web'"));
    };
    await expect(port.replace(view, change)).resolves.toBe('conflict');
  });

  test('whose pinned name is taken is refused, because reading again would not help', async () => {
    const view = await port.read();
    server.script = (_, response) => {
      const message = "Revision named 'web-00001-abc' with different configuration already exists.";
      answerJson(response, 409, googleError(409, 'ALREADY_EXISTS', message));
    };
    expect(await failure(port.replace(view, change))).toMatchObject({
      code: 'ASC_PLATFORM_REFUSED',
    });
  });

  test('whose view was copied reads the service again, and writes if it has not moved on', async () => {
    const copy = { ...(await port.read()) };
    await expect(port.replace(copy, change)).resolves.toBe('written');
    server.script = (_, response) => {
      answerJson(response, 200, service({ version: 'v2' }));
    };
    await expect(port.replace(copy, change)).resolves.toBe('conflict');
    expect(server.asked.at(-1)?.method).toBe('GET');
  });

  test('that is too large asks nothing', async () => {
    const view = await port.read();
    const large = { record: 'x'.repeat(300_000), traffic: null };
    expect(await failure(port.replace(view, large))).toMatchObject({
      code: 'ASC_RECORD_TOO_LARGE',
    });
    expect(server.asked).toHaveLength(1);
  });

  const unclear = [
    ['an answer of 503', 503],
    ['an answer of 429', 429],
    ['a broken connection', 'break'],
    ['no answer at all', 'silence'],
    ['a redirect', 302],
    ['a login page', 'page'],
  ] as const;

  describe.each(unclear)('with %s', (_, kind) => {
    const answers = (takesEffect: boolean): void => {
      server.script = ({ method }, response) => {
        if (method === 'GET') {
          answerJson(
            response,
            200,
            service(takesEffect ? { record: 'new record', version: 'v2' } : {}),
          );
        } else if (kind === 'break') response.destroy();
        else if (kind === 'page') response.writeHead(200).end('<html>');
        else if (kind !== 'silence') response.writeHead(kind, { location: '/login' }).end();
      };
    };

    test('counts as written when the service carries our record', async () => {
      const view = await port.read();
      answers(true);
      await expect(port.replace(view, change)).resolves.toBe('written');
    });

    test('is an outage when it does not, and is not tried again', async () => {
      const view = await port.read();
      answers(false);
      const error = await failure(port.replace(view, change));
      expect(error).toMatchObject({ code: 'ASC_PLATFORM_UNAVAILABLE' });
      expect(error.message).toContain('may still take effect');
      expect(server.asked.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    });
  });

  test('without a clear answer is not taken for ours when only the record is the same', async () => {
    const view = await port.read();
    server.script = ({ method }, response) => {
      if (method === 'PUT') response.destroy();
      else answerJson(response, 200, service({ record: 'new record', version: 'v2' }));
    };
    const traffic = [
      { revision: 'web-00001-abc', percent: 90, tag: null },
      { revision: 'web-00002-abc', percent: 10, tag: null },
    ];
    expect(await failure(port.replace(view, { record: 'new record', traffic }))).toMatchObject({
      code: 'ASC_PLATFORM_UNAVAILABLE',
    });
  });

  test.each([
    [403, 'PERMISSION_DENIED', 'ASC_PLATFORM_DENIED'],
    [404, 'NOT_FOUND', 'ASC_SERVICE_NOT_FOUND'],
    [400, 'INVALID_ARGUMENT', 'ASC_PLATFORM_REFUSED'],
  ] as const)('answered %d says so', async (status, name, code) => {
    const view = await port.read();
    server.script = (_, response) => {
      answerJson(response, status, googleError(status, name, 'Traffic targets sum to 90'));
    };
    const error = await failure(port.replace(view, change));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain('Traffic targets sum to 90.');
  });
});

describe('credentials', () => {
  test('travel as a bearer token, made anew for each request', async () => {
    let made = 0;
    const seen: (string | undefined)[] = [];
    const cloudRun = createServicePort({
      platform: {
        type: 'cloudRun',
        project: 'p1',
        region: 'us-central1',
        service: 'web',
        endpoint: null,
      },
      token: () => Promise.resolve(`token-${(made += 1)}`),
      fetch: (url, init) => {
        expect(url).toBe(`https://us-central1-run.googleapis.com${PATH}`);
        seen.push(init.headers['authorization']);
        return Promise.resolve(new Response(JSON.stringify(service()), { status: 200 }));
      },
    });
    await cloudRun.replace(await cloudRun.read(), change);
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('never travel in the clear', async () => {
    const plain = createServicePort({
      platform: {
        type: 'cloudRun',
        project: 'p1',
        region: 'r1',
        service: 'web',
        endpoint: server.url,
      },
      token: () => Promise.reject(new Error('must not be asked for')),
    });
    await plain.read();
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
  });

  test('that never come end at the deadline', async () => {
    const waiting = createServicePort({
      platform: {
        type: 'cloudRun',
        project: 'p1',
        region: 'r1',
        service: 'web',
        endpoint: null,
      },
      deadlineMs: 100,
      token: () => new Promise(() => undefined),
      fetch: () => Promise.reject(new Error('must not be asked')),
    });
    const error = await failure(waiting.read());
    expect(error).toMatchObject({ code: 'ASC_PLATFORM_UNAVAILABLE' });
    expect(error.message).toContain('no token within');
  });

  test('of Kubernetes are read from the mounted file', async () => {
    const missing = createServicePort({
      platform: {
        type: 'kubernetes',
        server: server.url,
        namespace: 'p1',
        service: 'web',
        auth: { type: 'bearerFile', path: '/nonexistent/token' },
        certificateAuthority: null,
      },
    });
    const error = await failure(missing.read());
    expect(error).toMatchObject({ code: 'ASC_PLATFORM_DENIED' });
    expect(error.message).toContain('/nonexistent/token');
  });
});
