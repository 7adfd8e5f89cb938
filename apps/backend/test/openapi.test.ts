import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { buildApp, type AppOptions } from '../src/app.js';
import { describeApi } from '../src/http/openapi.js';
import { silentReporter } from '../src/operations/error-reporter.js';

const never = (): never => {
  throw new Error('not asked for here');
};

/** An app whose routes are looked at and not called. */
const options: AppOptions = {
  sessions: {
    beginTurn: never,
    finishTurn: never,
    abandonTurn: never,
    read: never,
    sweep: never,
    settle: never,
  },
  retrieval: { find: never },
  writer: { isConfigured: false, write: never, describe: () => [] },
  database: { query: never, transaction: never, usage: never, close: never },
  meter: { countTurn: never, countDeadStream: never, countRefusal: never, expose: never },
  reporter: silentReporter,
  inflightMax: 1,
  readLagMs: () => 0,
  lagMaxMs: 1,
  hurry: new AbortController().signal,
  log: pino(new Writable()),
  build: { version: '1.0.0', commit: 'abc' },
  exposeMetrics: true,
  revision: null,
  bodyLimitBytes: 1024,
  corsOrigins: [],
  rateLimitPerMinute: 0,
  trustedProxyHops: 0,
};

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

test('every route is described, and nothing is described that is not a route', async () => {
  const app = await buildApp(options);
  await app.ready();
  const { paths } = describeApi(options.build) as Description;
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const missing = described.filter((line) => {
    const [method = '', path = ''] = line.split(' ');
    return !app.hasRoute({ method, url: path.replace(/\{(\w+)\}/g, ':$1') });
  });
  expect(missing).toEqual([]);
  const tree = app.printRoutes({ commonPrefix: false });
  expect([...tree.matchAll(/\((GET|POST)[^)]*\)/g)]).toHaveLength(described.length);
  await app.close();
});

test('every schema that is referred to exists', () => {
  const description = describeApi(options.build) as Description;
  const references = [...JSON.stringify(description).matchAll(/#\/components\/schemas\/(\w+)/g)];
  const names = new Set(references.map(([, name]) => name));
  expect([...names].sort()).toEqual(Object.keys(description.components.schemas).sort());
});
