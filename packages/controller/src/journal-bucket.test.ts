import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { compilePlan, type Decision, type RolloutRecord } from '@ascent/core';
import { createBucketJournal } from './journal-bucket.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A bucket that keeps `ifGenerationMatch=0`, as the API has it. */
async function bucket(refuse: number | null = null): Promise<{
  readonly endpoint: string;
  readonly objects: Map<string, string>;
  readonly tokens: (string | undefined)[];
}> {
  const objects = new Map<string, string>();
  const tokens: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://localhost');
      const name = `${url.pathname.split('/')[5] ?? ''}/${url.searchParams.get('name') ?? ''}`;
      tokens.push(request.headers.authorization);
      if (refuse !== null) response.writeHead(refuse).end('{"error":{"message":"no access"}}');
      else if (url.searchParams.get('ifGenerationMatch') === '0' && objects.has(name)) {
        response.writeHead(412).end('{}');
      } else {
        objects.set(name, body);
        response.writeHead(200).end('{}');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    tokens,
  };
}

const decision: Decision = {
  seq: 3,
  atMs: 1,
  type: 'advanced',
  stage: 'canary',
  fromPercent: 0,
  toPercent: 10,
  verdict: 'healthy',
  by: 'ascent',
  sentence: 'From 0 % to 10 %.',
};
const effect = { key: 'web-2@1/3/journal', type: 'journal', decision } as const;

function record(): RolloutRecord {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1' } },
  });
  if (compiled.type === 'faults') throw new Error('faults');
  const rollout = { id: 'web-2@1' } as RolloutRecord['rollout'];
  return { version: 1, plan: compiled.plan, stable: 'web-1', rollout };
}

describe('a journal in a bucket', () => {
  test('writes each decision once, whoever tries, and replaces the document of the whole rollout', async () => {
    const { endpoint, objects, tokens } = await bucket();
    const token = (): Promise<string> => Promise.resolve('t0k3n');
    const journal = createBucketJournal({ url: 'gs://dovvy-journal/prod/', token, endpoint });
    await journal.append(effect);
    await journal.append({ ...effect, decision: { ...decision, sentence: 'another' } });
    await journal.finish(record());
    await journal.finish({ ...record(), stable: 'web-2' });
    expect([...objects.keys()]).toEqual([
      'dovvy-journal/prod/decisions/web-2%401/3-journal.json',
      'dovvy-journal/prod/rollouts/web-2%401.json',
    ]);
    const [line = '', document = ''] = objects.values();
    expect(JSON.parse(line)).toMatchObject({ key: effect.key, sentence: 'From 0 % to 10 %.' });
    expect(JSON.parse(document)).toMatchObject({ stable: 'web-2' });
    expect(tokens[0]).toBe('Bearer t0k3n');
  });

  test('that refuses says which role is missing', async () => {
    const { endpoint } = await bucket(403);
    const token = (): Promise<null> => Promise.resolve(null);
    const journal = createBucketJournal({ url: 'gs://b', token, endpoint });
    await expect(journal.append(effect)).rejects.toThrow('roles/storage.objectUser');
  });

  test('without a bucket is refused at once', () => {
    const token = (): Promise<null> => Promise.resolve(null);
    expect(() => createBucketJournal({ url: 'gs://', token })).toThrow('gs://BUCKET');
  });
});
