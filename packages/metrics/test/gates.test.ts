/** Custom gates against a real Prometheus, and against servers that speak JSON and Sentry's issues API. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CustomGate, GateOutcome, GateSource } from '@ascent/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createGateReader } from '../src/index.js';
import { startExporter, startPrometheus, type PrometheusProcess } from './prometheus-process.js';

const subject = { service: 'web', stable: 'web-1', candidate: 'web-2' };
const env = { SENTRY_AUTH_TOKEN: 'sntrys_1', EVAL_TOKEN: 'e1', EMPTY: '' };

function gate(source: GateSource): CustomGate {
  return {
    name: 'gate',
    source,
    limit: { direction: 'above', value: 0, unit: 'number' },
    windowMs: 60_000,
    forMs: 0,
    then: 'hold',
  };
}

async function read(source: GateSource, deadlineMs = 3_000): Promise<GateOutcome> {
  return await createGateReader({ env, deadlineMs })(gate(source), subject);
}

describe('PromQL, answered by a real server', () => {
  let prometheus: PrometheusProcess;
  let exporter: Server;
  beforeAll(async () => {
    const lines = [
      'answers_total{revision_name="web-1"} 400',
      'answers_total{revision_name="web-2"} 40',
      'empty_answers_total{revision_name="web-2"} 3',
      'queue_depth{revision_name="web-2"} 7.5',
      'nobody_total{revision_name="web-2"} 0',
    ];
    const started = await startExporter(() => `${lines.join('\n')}\n`);
    exporter = started.server;
    prometheus = await startPrometheus(started.port);
    const giveUpMs = Date.now() + 20_000;
    while ((await prometheus.query('answers_total')).length < 2) {
      if (Date.now() > giveUpMs) throw new Error('Prometheus has not read the exporter');
      await delay(50);
    }
  });
  afterAll(async () => {
    await prometheus.stop();
    exporter.closeAllConnections();
    await new Promise((resolve) => exporter.close(resolve));
  });

  const promql = (query: string, per: string | null = null): GateSource => ({
    type: 'prometheus',
    url: prometheus.url,
    query,
    per,
  });

  test.each([
    ['the candidate’s own number', 'queue_depth{revision_name="${candidate}"}', null, 7.5],
    ['a scalar', 'scalar(sum(answers_total)) / 2', null, 220],
    [
      'a ratio of both',
      'sum(empty_answers_total{revision_name="${candidate}"})',
      'sum(answers_total{revision_name="${candidate}"})',
      0.075,
    ],
    ['a comparison with stable', 'sum(answers_total{revision_name="${stable}"}) / 10', null, 40],
    ['a window', 'max_over_time(queue_depth{revision_name="${candidate}"}[${window}])', null, 7.5],
  ])('%s', async (...[, query, per, value]) => {
    expect(await read(promql(query, per))).toEqual({ type: 'value', value });
  });

  test.each([
    ['no series', 'no_such_metric', null, /no series/],
    ['0 of 0', 'sum(nobody_total) / sum(nobody_total)', null, /NaN/],
    ['a part of nothing', 'sum(nobody_total)', 'sum(nobody_total)', /nothing to be a part of/],
    ['a misspelt counter of many', 'sum(emty_total)', 'sum(answers_total)', /no series/],
  ])('%s is no data, and never 0', async (...[, query, per, reason]) => {
    expect(await read(promql(query, per))).toEqual({
      type: 'nothing',
      reason: expect.stringMatching(reason) as string,
    });
  });

  test.each([
    ['several series', 'answers_total', /2 series.*sum\(\.\.\.\)/],
    ['a range', 'answers_total[1m]', /an instant vector or a scalar/],
    ['a fault in the query', 'sum(', /bad_data|parse error/],
    ['infinity', 'vector(1) / vector(0)', /\+Inf/],
  ])('%s cannot be read', async (...[, query, reason]) => {
    expect(await read(promql(query))).toEqual({
      type: 'unavailable',
      reason: expect.stringMatching(reason) as string,
    });
  });
});

describe('over HTTP', () => {
  let server: Server;
  let url: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const seen: { url: URL; authorization: string | undefined }[] = [];
  beforeEach(async () => {
    seen.length = 0;
    server = createServer((request, response) => {
      const { authorization } = request.headers;
      seen.push({ url: new URL(request.url ?? '', 'http://h'), authorization });
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function says(status: number, body: unknown): void {
    answer = (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  }

  const json = (pointer: string, token: string | null = null): GateSource => ({
    type: 'json',
    url: `${url}/scores/\${candidate}?of=\${service}`,
    pointer,
    token: token === null ? null : { env: token },
  });

  describe('JSON', () => {
    const body = { results: [{ 'a/b': { '~score': 0.82 } }], none: null, word: 'good', big: 1e400 };

    test('a pointer finds the number, and the address names the candidate', async () => {
      says(200, body);
      expect(await read(json('/results/0/a~1b/~0score', 'EVAL_TOKEN'))).toEqual({
        type: 'value',
        value: 0.82,
      });
      expect(
        seen.map(({ url: asked, authorization }) => [asked.pathname, asked.search, authorization]),
      ).toEqual([['/scores/web-2', '?of=web', 'Bearer e1']]);
    });

    test('null is no data', async () => {
      says(200, body);
      expect(await read(json('/none'))).toMatchObject({ type: 'nothing' });
    });

    test.each([
      ['a word', '/word', 200, body, /"good" at \/word/],
      ['a missing place', '/results/1/score', 200, body, /nothing at/],
      ['what an object inherits', '/constructor', 200, {}, /nothing at/],
      ['no JSON', '', 200, '<html>', /HTTP 200/],
      ['an error', '/word', 503, { error: 'later' }, /HTTP 503.*later/],
    ])('%s cannot be read', async (...[, pointer, status, given, reason]) => {
      says(status, given);
      expect(await read(json(pointer))).toEqual({
        type: 'unavailable',
        reason: expect.stringMatching(reason) as string,
      });
    });

    test.each(['EMPTY', 'NOT_THERE'])(
      'a token %s that is not set is said, and nobody is asked',
      async (token) => {
        says(200, 1);
        expect(await read(json('', token))).toMatchObject({
          type: 'unavailable',
          reason: expect.stringContaining(`variable ${token} is not set`) as string,
        });
        expect(seen).toEqual([]);
      },
    );

    test('silence ends with the deadline', async () => {
      answer = () => undefined;
      expect(await read(json(''), 200)).toMatchObject({
        type: 'unavailable',
        reason: expect.stringContaining('no answer in time') as string,
      });
    });
  });

  describe('Sentry', () => {
    const sentry = (level: 'warning' | 'error'): GateSource => ({
      type: 'sentry',
      url,
      organization: 'divers',
      project: 'backend',
      level,
      release: 'backend@${candidate}',
      token: { env: 'SENTRY_AUTH_TOKEN' },
    });
    const issue = (id: string): object => ({ id, level: 'error', title: 'TypeError' });

    test('new issues of the candidate’s release are counted', async () => {
      says(200, [issue('1'), issue('2')]);
      expect(await read(sentry('error'))).toEqual({ type: 'value', value: 2 });
      const [asked] = seen;
      expect(asked?.authorization).toBe('Bearer sntrys_1');
      expect(asked?.url.pathname).toBe('/api/0/organizations/divers/issues/');
      expect(asked?.url.searchParams.get('query')).toBe(
        'is:unresolved project:backend firstRelease:"backend@web-2" level:[error, fatal]',
      );
    });

    test('a milder level counts the worse ones too, and none is 0', async () => {
      says(200, []);
      expect(await read(sentry('warning'))).toEqual({ type: 'value', value: 0 });
      expect(seen[0]?.url.searchParams.get('query')).toContain('level:[warning, error, fatal]');
    });

    test.each([
      ['a refused token', 401, { detail: 'Invalid token' }, /HTTP 401: Invalid token/],
      ['a limit of requests', 429, { detail: { message: 'Slow down' } }, /HTTP 429: Slow down/],
      ['another answer', 200, { issues: [] }, /something else than a list of issues/],
    ])('%s cannot be read', async (...[, status, body, reason]) => {
      says(status, body);
      expect(await read(sentry('error'))).toEqual({
        type: 'unavailable',
        reason: expect.stringMatching(reason) as string,
      });
    });
  });
});
