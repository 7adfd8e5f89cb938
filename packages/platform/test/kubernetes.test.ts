/** A cluster's own certificates, and its ways of saying who may do what, over real TLS. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createServicePort, type KubernetesAuth } from '../src/index.js';

const [certificate, key] = (await Promise.all(
  ['certificate.pem', 'key.pem'].map((name) =>
    readFile(new URL(`./fixtures/tls/${name}`, import.meta.url), 'utf8'),
  ),
)) as [string, string];

/** As a cluster stores it: no template name, and a newest revision that rests without traffic. */
const service = {
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: {
    name: 'web',
    namespace: 'divers',
    resourceVersion: '812',
    generation: 4,
    annotations: { 'serving.knative.dev/creator': 'system:serviceaccount:ci:deployer' },
  },
  spec: {
    template: { spec: { containers: [{ image: 'web:2' }] } },
    traffic: [{ revisionName: 'web-00001', percent: 100 }],
  },
  status: {
    observedGeneration: 4,
    latestCreatedRevisionName: 'web-00002',
    latestReadyRevisionName: 'web-00002',
    conditions: [{ type: 'Ready', status: 'True' }],
  },
};

let server: Server;
let url: string;
let putBody: unknown;
const seen: { authorization: string | undefined; client: string | null; path: string }[] = [];
let answer: { status: number; body: unknown };

beforeEach(async () => {
  seen.length = 0;
  answer = { status: 200, body: service };
  const tls = {
    cert: certificate,
    key,
    ca: certificate,
    requestCert: true,
    rejectUnauthorized: false,
  };
  server = createServer(tls, (request, response) => {
    seen.push({
      authorization: request.headers.authorization,
      client: clientOf(request.socket),
      path: request.url ?? '',
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'PUT') putBody = JSON.parse(Buffer.concat(chunks).toString());
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Name in the certificate the client showed; a resumed session, like one without, has none. */
function clientOf(socket: unknown): string | null {
  if (!(socket instanceof TLSSocket)) return null;
  const { subject } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  return subject === undefined ? null : String(subject.CN);
}

function portWith(auth: KubernetesAuth, certificateAuthority: string | null = certificate) {
  return createServicePort({
    platform: {
      type: 'kubernetes',
      server: url,
      namespace: 'divers',
      service: 'web',
      auth,
      certificateAuthority,
    },
    deadlineMs: 2_000,
  });
}

describe('Knative on Kubernetes', () => {
  test('is read and written under the cluster’s own certificate authority', async () => {
    const port = portWith({ type: 'bearer', token: 't1' });
    const view = await port.read();
    expect(view).toMatchObject({ resourceVersion: '812', latestReadiness: { type: 'ready' } });
    await expect(port.replace(view, { record: 'r', traffic: null })).resolves.toBe('written');
    expect(seen).toEqual([
      {
        authorization: 'Bearer t1',
        client: null,
        path: '/apis/serving.knative.dev/v1/namespaces/divers/services/web',
      },
      {
        authorization: 'Bearer t1',
        client: null,
        path: '/apis/serving.knative.dev/v1/namespaces/divers/services/web',
      },
    ]);
    expect(putBody).toMatchObject({
      metadata: {
        resourceVersion: '812',
        annotations: { ...service.metadata.annotations, 'ascent.dev/rollout': 'r' },
      },
    });
    // A name pinned here would be stored, and the next `kubectl apply` would be refused.
    expect(putBody).toHaveProperty('spec.template', service.spec.template);
  });

  test('is shown our certificate where it asks for one', async () => {
    await portWith({ type: 'clientCertificate', certificate, key }).read();
    expect(seen[0]).toMatchObject({ authorization: undefined, client: 'ascent test cluster' });
  });

  test('gets the token that is in the file now', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ascent-token-'));
    const path = join(folder, 'token');
    try {
      const port = portWith({ type: 'bearerFile', path });
      await writeFile(path, 'first\n');
      await port.read();
      await writeFile(path, 'second\n');
      await port.read();
      expect(seen.map(({ authorization }) => authorization)).toEqual([
        'Bearer first',
        'Bearer second',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('with a certificate nobody vouches for is not talked to', async () => {
    await expect(portWith({ type: 'bearer', token: 't1' }, null).read()).rejects.toMatchObject({
      code: 'ASC_PLATFORM_UNAVAILABLE',
      message: expect.stringMatching(/self.signed certificate/) as string,
    });
    expect(seen).toEqual([]);
  });

  test('says which right is missing', async () => {
    answer = {
      status: 403,
      body: {
        kind: 'Status',
        status: 'Failure',
        reason: 'Forbidden',
        message: 'services.serving.knative.dev "web" is forbidden: User "ci" cannot get resource',
        code: 403,
      },
    };
    await expect(portWith({ type: 'none' }).read()).rejects.toMatchObject({
      code: 'ASC_PLATFORM_DENIED',
      message: expect.stringMatching(
        /User "ci" cannot get.*verb get on services\.serving\.knative\.dev/,
      ) as string,
    });
  });

  test('tells a conflict in its own words', async () => {
    const port = portWith({ type: 'none' });
    const view = await port.read();
    answer = {
      status: 409,
      body: {
        kind: 'Status',
        status: 'Failure',
        reason: 'Conflict',
        message: 'the object has been modified',
        code: 409,
      },
    };
    await expect(port.replace(view, { record: 'r', traffic: null })).resolves.toBe('conflict');
  });
});
