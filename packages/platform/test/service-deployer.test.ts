/** How a deployment meets a platform that is changed meanwhile, refuses, or does not answer. */
import { AscentError } from '@ascent/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createServiceDeployer, type ServiceDeployer, type ServiceObject } from '../src/index.js';
import { answerJson, startScriptedServer, type ScriptedServer } from './scripted-server.js';

const PATH = '/apis/serving.knative.dev/v1/namespaces/p1';
const service: ServiceObject = {
  metadata: {
    name: 'web',
    resourceVersion: 'v1',
    annotations: { 'run.googleapis.com/client-name': 'gcloud', theirs: 'kept' },
  },
  spec: { template: {}, traffic: [{ revisionName: 'web-1', percent: 100 }] },
};

let server: ScriptedServer;
let deployer: ServiceDeployer;

beforeEach(async () => {
  server = await startScriptedServer((_, response) => {
    answerJson(response, 200, service);
  });
  const platform = { type: 'local', url: server.url, project: 'p1', service: 'web' } as const;
  deployer = await createServiceDeployer({ platform, deadlineMs: 2_000 });
});
afterEach(() => server.close());

function answers(status: number, body: unknown): void {
  server.script = (_, response) => {
    answerJson(response, status, body);
  };
}

function refusal(code: number, status: string, message: string): object {
  return { error: { code, status, message } };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof AscentError ? `${error.code}: ${error.message}` : String(error);
}

test('a service that is not there is null, and what is no Service is an error', async () => {
  expect((await deployer.read())?.metadata.resourceVersion).toBe('v1');
  answers(404, refusal(404, 'NOT_FOUND', 'no such service'));
  expect(await deployer.read()).toBeNull();
  answers(200, '<html>sign in</html>');
  expect(await codeOf(deployer.read())).toContain('ASC_PLATFORM_UNAVAILABLE');
});

test('a service is created in the collection and replaced at its own address, without the platform’s stamps', async () => {
  expect(await deployer.create({ metadata: { name: 'web' } })).toBe('written');
  expect(await deployer.replace(service)).toBe('written');
  expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST ${PATH}/services`,
    `PUT ${PATH}/services/web`,
  ]);
  const { metadata } = JSON.parse(server.asked[1]?.body ?? '') as ServiceObject;
  expect(metadata.annotations).toEqual({ theirs: 'kept' });
});

describe('a write', () => {
  test('that met somebody else’s is a conflict, to be decided again', async () => {
    answers(409, refusal(409, 'ABORTED', 'the service has moved on'));
    expect(await deployer.replace(service)).toBe('conflict');
    answers(409, refusal(409, 'ALREADY_EXISTS', 'Resource web already exists'));
    expect(await deployer.create({})).toBe('conflict');
  });

  test('whose revision name is taken stays refused, so it is an error', async () => {
    answers(409, refusal(409, 'ALREADY_EXISTS', 'Revision named web-v1 already exists.'));
    expect(await codeOf(deployer.replace(service))).toContain('ASC_PLATFORM_REFUSED');
  });

  test.each([
    [403, 'PERMISSION_DENIED', 'ASC_PLATFORM_DENIED'],
    [503, 'UNAVAILABLE', 'deploying the same again is safe'],
    [400, 'INVALID_ARGUMENT', 'ASC_PLATFORM_REFUSED'],
  ])('answered with %i says what to do', async (status, reason, said) => {
    answers(status, refusal(status, reason, 'no'));
    expect(await codeOf(deployer.replace(service))).toContain(said);
    expect(await codeOf(deployer.create({}))).toContain(said);
  });

  test('that is never answered may have taken effect, and says so', async () => {
    server.script = () => undefined;
    const platform = { type: 'local', url: server.url, project: 'p1', service: 'web' } as const;
    const hasty = await createServiceDeployer({ platform, deadlineMs: 50 });
    expect(await codeOf(hasty.replace(service))).toContain('It may still take effect');
  });
});

test.each([
  ['True', 'ready'],
  ['Unknown', 'starting'],
  ['False', 'failed'],
])('a revision with Ready %s is %s', async (status, type) => {
  answers(200, { status: { conditions: [{ type: 'Ready', status }] } });
  expect(await deployer.readinessOf('web-1')).toMatchObject({ type });
  answers(404, refusal(404, 'NOT_FOUND', 'not yet'));
  expect(await deployer.readinessOf('web-1')).toMatchObject({ type: 'starting' });
});
