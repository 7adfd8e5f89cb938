import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { deploy } from './deployer.js';

type Service = {
  metadata: { resourceVersion: string };
  spec: { template?: unknown };
  status: { latestCreatedRevisionName: string };
};

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((end) => server.close(end))));
});

/** A platform with one service, which a controller writes just before each of the first `conflicts` writes arrives. */
async function platformWith(conflicts: number): Promise<{ apiUrl: string; writes: string[] }> {
  let version = 1;
  const service: Service = {
    metadata: { resourceVersion: '1' },
    spec: {},
    status: { latestCreatedRevisionName: 'web-1' },
  };
  const writes: string[] = [];
  const put = async (request: IncomingMessage): Promise<number> => {
    const body = JSON.parse(await text(request)) as Service;
    if (writes.length < conflicts) version += 1;
    writes.push(body.metadata.resourceVersion);
    if (body.metadata.resourceVersion !== String(version)) return 409;
    service.spec = body.spec;
    service.status.latestCreatedRevisionName = 'web-2';
    return 200;
  };
  const server = createServer((request, response) => {
    void (async () => {
      const status = request.method === 'PUT' ? await put(request) : 200;
      service.metadata.resourceVersion = String(version);
      response.writeHead(status).end(JSON.stringify(service));
    })();
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, writes };
}

describe('a deploy', () => {
  test('reads and writes again when a controller has written in between', async () => {
    const { apiUrl, writes } = await platformWith(3);
    const target = { apiUrl, project: 'local', service: 'web' };
    expect(await deploy(target, { image: 'web:2', env: {} })).toBe('web-2');
    expect(writes).toEqual(['1', '2', '3', '4']);
  });

  test('gives up where somebody never stops writing', async () => {
    const { apiUrl } = await platformWith(Infinity);
    const target = { apiUrl, project: 'local', service: 'web' };
    await expect(deploy(target, { image: 'web:2', env: {} })).rejects.toThrow('20 times');
  });
});
