/** Against a real gRPC server, which is not ours. */
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkGrpcHealth } from './grpc-health.js';

const identity = (bytes: Buffer): Buffer => bytes;
/** `grpc.health.v1.Health` with messages as bytes. */
const health: ServiceDefinition = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
};
/** Answers by the name asked for: the numbers of `ServingStatus`. */
const answers: Readonly<Record<string, number>> = { '': 1, diving: 1, flooded: 2 };
const server = new Server();
let port = 0;

beforeAll(async () => {
  server.addService(health, {
    Check: (
      call: { readonly request: Buffer },
      done: (error: { code: number } | null, answer?: Buffer) => void,
    ) => {
      const status = answers[call.request.toString('utf8', 2)];
      if (status === undefined) done({ code: 5 });
      else if (status > 0) done(null, Buffer.from([0x08, status]));
    },
  });
  port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
});
afterAll(() => {
  server.forceShutdown();
});

it.each([
  ['', 'passed'],
  ['diving', 'passed'],
  ['flooded', 'failed'],
  ['unknown', 'failed'],
])('asked for the service %j: %s', async (service, attempt) => {
  expect(await checkGrpcHealth(port, service, 5000)).toBe(attempt);
});

it('says when nobody listens', async () => {
  expect(await checkGrpcHealth(1, '', 5000)).toBe('refused');
});

it('fails when no answer comes in time', async () => {
  expect(await checkGrpcHealth(port, '', 0)).toBe('failed');
});
