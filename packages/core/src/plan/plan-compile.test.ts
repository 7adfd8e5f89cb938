import { describe, expect, test } from 'vitest';
import { compilePlan } from './plan-compile.js';
import { knativeNames } from './prometheus-names.js';

/** The plan of the design, with every key that this schema knows. */
const full = {
  service: 'dovvybuddy-backend',
  platform: { cloudRun: { project: 'dovvybuddy', region: 'us-central1' } },
  metrics: { cloudMonitoring: { samplePeriod: '60s', visibilityDelay: '3m' } },
  stages: [
    {
      name: 'smoke',
      share: 0,
      hold: '1h',
      smoke: { checks: [{ name: 'health', path: '/health', expect: { status: 200 } }] },
    },
    { name: 'canary', share: 10, hold: '4h to 6h' },
    { name: 'half', share: 50, hold: '12h to 24h', approval: 'required' },
    { name: 'full', share: 100, hold: '24h to 48h', approval: 'required' },
    { name: 'retire', after: '7d' },
  ],
  gates: {
    errorRate: { max: '1%', worseThanStableBy: '0.5%' },
    latencyP95: { max: '5s', worseThanStableBy: '25%' },
  },
  rollback: {
    errorRate: { above: '5%', for: '15m' },
    latencyP95: { above: '10s', for: '15m' },
  },
  risk: { falseRollback: '1%', missedRegression: '10%' },
  whenUndecidable: 'ask',
  whenBlind: { after: '15m', do: 'hold' },
  warmUp: '3m',
  readyWithin: '10m',
  approvalExpires: '24h',
};

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Every path to a value or an object in `value`, such as `['stages', 1, 'hold']`. */
function pathsOf(
  value: Json,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  const here = path.length === 0 ? [] : [path];
  if (Array.isArray(value))
    return [...here, ...value.flatMap((item: Json, i) => pathsOf(item, [...path, i]))];
  if (typeof value === 'object' && value !== null) {
    return [
      ...here,
      ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key])),
    ];
  }
  return here;
}

function replaceAt(value: Json, path: readonly (string | number)[], replacement: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return replacement;
  const copy = (Array.isArray(value) ? [...(value as Json[])] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[head] = replaceAt(copy[head] as Json, rest, replacement);
  return copy;
}

function textOf(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`,
    '',
  );
}

function faultsOf(input: unknown): readonly { path: string; message: string }[] {
  const result = compilePlan(input);
  return result.type === 'faults' ? result.faults : [];
}

describe('a right plan', () => {
  test('compiles to milliseconds, ratios and integers', () => {
    const result = compilePlan(full);
    expect(result).toMatchObject({
      type: 'plan',
      plan: {
        stages: [
          { name: 'smoke', sharePercent: 0, holdMinMs: 3_600_000, approvalsRequired: 0 },
          { name: 'canary', sharePercent: 10, holdMinMs: 14_400_000, holdMaxMs: 21_600_000 },
          { name: 'half', sharePercent: 50, approvalsRequired: 1 },
          { name: 'full', sharePercent: 100 },
        ],
        gates: {
          errorRate: { maxRatio: 0.01, worseThanStableBy: 0.005 },
          latencyP95: { maxMs: 5_000, worseThanStableBy: 0.25 },
          risk: { falseRollback: 0.01, missedRegression: 0.1 },
          rules: [
            { metric: 'errorRate', above: 0.05, forMs: 900_000 },
            { metric: 'latencyP95', above: 10_000, forMs: 900_000 },
          ],
        },
        retireAfterMs: 604_800_000,
      },
    });
  });

  test('needs no more than a service and a platform; the rest are the defaults of the requirements', () => {
    const { service, platform } = full;
    const short = compilePlan({ service, platform });
    const long = compilePlan(replaceAt(full, ['stages', 0, 'smoke'], undefined));
    expect(short).toEqual(long);
  });
});

describe('a wrong plan', () => {
  test.each(pathsOf(full as Json).map((path) => [textOf(path), path] as const))(
    'with a wrong value at %s names that path, what was found and what to write',
    (text, path) => {
      const faults = faultsOf(replaceAt(full, path, { nonsense: true }));
      const own = faults.filter(({ path: at }) => at === text || at.startsWith(`${text}.`));
      expect(own.length, JSON.stringify(faults)).toBeGreaterThan(0);
      for (const { message } of own)
        expect(message).not.toMatch(/^Invalid (input|option)(?!.*(write|name|remove))/);
    },
  );

  test.each(
    pathsOf(full as Json)
      .filter((path) => typeof path.at(-1) === 'string')
      .map((path) => [textOf(path), path] as const),
  )('with %s misspelt names the unknown key', (_text, path) => {
    const misspelt = `${String(path.at(-1))}x`;
    const parent = path.slice(0, -1);
    const parentValue = parent.reduce<unknown>(
      (value, key) => (value as Record<string | number, unknown>)[key],
      full,
    );
    const wrong = { ...(parentValue as object), [misspelt]: 1 };
    // What a path in `save` or `json` is called is the person's business.
    const faults = faultsOf(parent.length === 0 ? wrong : replaceAt(full, parent, wrong));
    expect(faults).toContainEqual({
      path: textOf([...parent, misspelt]),
      message: expect.stringContaining('unknown key') as string,
    });
  });

  test('reports all faults at once', () => {
    const paths = faultsOf({
      service: 'UPPER',
      platform: {},
      gates: { errorRate: { max: '1' } },
    }).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'service',
        'platform',
        'gates.errorRate.max',
        'gates.errorRate.worseThanStableBy',
      ]),
    );
  });

  test.each([
    ['shares that do not rise', ['stages', 2, 'share'], 10, 'stages[2].share'],
    ['two stages of one name', ['stages', 2, 'name'], 'canary', 'stages[2].name'],
    ['a first share above 0', ['stages', 0, 'share'], 5, 'stages[0].share'],
    ['a last share below 100', ['stages', 3, 'share'], 90, 'stages'],
    ['a share that is no integer', ['stages', 1, 'share'], 10.5, 'stages[1].share'],
    ['a least hold above the most', ['stages', 1, 'hold'], '6h to 4h', 'stages[1].hold'],
    ['a hold without unit', ['stages', 1, 'hold'], '4', 'stages[1].hold'],
    [
      'a rollback rule below its gate',
      ['rollback', 'errorRate', 'above'],
      '0.5%',
      'rollback.errorRate.above',
    ],
    ['a percentage without sign', ['gates', 'errorRate', 'max'], '0.01', 'gates.errorRate.max'],
    [
      'a port that cannot be',
      ['platform'],
      { local: { url: 'http://127.0.0.1:99999' } },
      'platform.local.url',
    ],
    ['half an address', ['platform'], { local: { url: 'http://[::1' } }, 'platform.local.url'],
    ['two platforms', ['platform', 'local'], { url: 'http://127.0.0.1:1' }, 'platform'],
  ] as const)('with %s is refused', (...[, path, value, at]) => {
    expect(faultsOf(replaceAt(full as Json, path, value)).map((fault) => fault.path)).toContain(at);
  });

  test.each([null, undefined, 'text', 7, [], true])(
    'that is %j is refused without throwing',
    (input) => {
      expect(faultsOf(input).length).toBeGreaterThan(0);
    },
  );
});

describe('a plan for a cluster', () => {
  const cluster = { service: 'web', metrics: { prometheus: { url: 'http://prometheus:9090' } } };

  test('says as much as kubectl would have to be told, and no more', () => {
    const result = compilePlan({
      ...cluster,
      platform: { kubernetes: { context: 'production', namespace: 'divers' } },
    });
    expect(result).toMatchObject({
      plan: {
        platform: {
          type: 'kubernetes',
          kubeconfig: null,
          context: 'production',
          namespace: 'divers',
        },
      },
    });
  });

  test('does not guess whose Cloud Monitoring to read', () => {
    const result = compilePlan({ service: 'web', platform: { kubernetes: {} } });
    expect(result).toMatchObject({
      faults: [{ path: 'metrics', message: expect.stringContaining('prometheus') as string }],
    });
  });
});

describe('names in Prometheus', () => {
  const own = {
    requestCount: 'istio_requests_total',
    latencyBucket: 'istio_request_duration_milliseconds_bucket',
    latencyUnit: 'ms',
    serviceLabel: 'destination_canonical_service',
    revisionLabel: 'destination_version',
    codeLabel: 'response_code',
    matchers: { reporter: 'destination' },
  };
  const planWith = (names: unknown): unknown => ({
    service: 'web',
    platform: { kubernetes: {} },
    metrics: { prometheus: { url: 'http://prometheus:9090', names } },
  });

  test('are the owner’s, and Knative’s where nothing is said', () => {
    expect(compilePlan(planWith(own))).toMatchObject({ plan: { metrics: { names: own } } });
    expect(compilePlan(planWith({ codeLabel: 'code' }))).toMatchObject({
      plan: { metrics: { names: { ...knativeNames, codeLabel: 'code' } } },
    });
    expect(compilePlan(planWith(undefined))).toMatchObject({
      plan: { metrics: { names: knativeNames } },
    });
  });

  test.each(Object.keys(own))('with a wrong %s name the key and what to write', (key) => {
    const [fault] = faultsOf(planWith({ ...own, [key]: 'not a name!' }));
    expect(fault?.path).toBe(`metrics.prometheus.names.${key}`);
    expect(fault?.message).toMatch(/write/);
  });
});

describe('the dispersion of errors', () => {
  const planWith = (dispersion: unknown): unknown => ({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:8080' } },
    gates: { errorRate: { max: '1%', worseThanStableBy: '0.5%', dispersion } },
  });

  test('is measured unless the owner knows better', () => {
    expect(compilePlan(planWith(undefined))).toMatchObject({
      plan: { measuresDispersion: true, gates: { statistics: { dispersion: 1 } } },
    });
    expect(compilePlan(planWith(2))).toMatchObject({
      plan: { measuresDispersion: false, gates: { statistics: { dispersion: 2 } } },
    });
  });

  test.each([0.5, 'often', 1e9, null])('cannot be %s', (dispersion) => {
    const [fault] = faultsOf(planWith(dispersion));
    expect(fault?.path).toBe('gates.errorRate.dispersion');
    expect(fault?.message).toMatch(/write measured, or/);
  });
});
