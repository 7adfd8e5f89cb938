import { describe, expect, test } from 'vitest';
import { compiled, planInput, SECOND, World } from '../../test/rollout-world.js';
import { compilePlan } from '../plan/plan-compile.js';
import { readRecord, writeRecord } from '../record/record.js';

/** A gate as a plan has it; `changes` go into it. */
function gate(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'empty-answers',
    prometheus: {
      url: 'http://127.0.0.1:9090',
      query: 'a{revision_name="${candidate}"}',
      per: 'b',
    },
    above: '2%',
    window: '0s',
    ...changes,
  };
}

function world(changes: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): World {
  const gates = { ...planInput.gates, custom: [gate(changes)] };
  const [smoke, canary, ...later] = planInput.stages;
  const stages = [smoke, { ...canary, hold: '60s to 200s' }, ...later];
  return new World(compiled({ ...planInput, stages, ...rest, gates }));
}

function reads(at: World, value: number): void {
  at.readings = [{ gate: 'empty-answers', outcome: { type: 'value', value } }];
}

const outage = {
  gate: 'empty-answers',
  outcome: { type: 'unavailable', reason: 'Prometheus answered HTTP 500' },
} as const;

describe('a custom gate', () => {
  test('that holds lets a healthy candidate go on, and says with what', () => {
    const at = world();
    reads(at, 0.012);
    at.passUntilStage('canary');
    at.pass(300, () => at.rollout.decisions.at(-1)?.type === 'awaitingApproval');
    expect(at.rollout.decisions.at(-1)?.sentence).toContain(
      'empty-answers is 1.2 %, and the plan wants at most 2 %.',
    );
  });

  test('that is broken keeps the share where it is, and goes back only if its rule says so', () => {
    const at = world();
    reads(at, 0.03);
    at.passUntilStage('canary');
    at.pass(180);
    expect(at.rollout).toMatchObject({ sharePercent: 10, status: { type: 'running' } });
    const noticed = at.rollout.decisions.filter(
      ({ type, stage }) => type === 'noticed' && stage === 'canary',
    );
    expect(noticed.map(({ sentence }) => sentence)).toEqual([
      'Gate empty-answers is 3 %, above 2 %. It holds the rollout meanwhile.',
    ]);
  });

  test('whose rule is to roll back does so once it was broken for as long as it says, at every reading', () => {
    const at = world({ then: 'rollback', for: '30s' });
    reads(at, 0.03);
    at.passUntilStage('canary');
    at.pass(25);
    reads(at, 0.01);
    at.pass(5);
    reads(at, 0.03);
    at.pass(30);
    expect(at.rollout.status.type).toBe('running');
    at.pass(1);
    expect(at.rollout.status).toMatchObject({
      type: 'rolledBack',
      reason: 'gate empty-answers is broken',
    });
    expect(at.rollout.decisions.at(-1)?.sentence).toBe(
      'Back to web-1: empty-answers is 3 %, above 2 % since 30s. The plan’s rule of empty-answers says to go back then.',
    );
    expect(at.traffic[0]).toMatchObject({ revision: 'web-1', percent: 100 });
  });

  test('that cannot be read is undecidable: nobody goes on, nobody goes back, and it is said once', () => {
    const at = world({ then: 'rollback' }, { whenUndecidable: 'hold' });
    at.readings = [outage];
    at.passUntilStage('canary');
    at.pass(250);
    expect(at.rollout).toMatchObject({
      sharePercent: 10,
      status: { type: 'running' },
      customGates: [{ verdict: 'undecidable', value: null }],
    });
    const said = at.rollout.decisions.filter(
      ({ type, stage }) => type === 'noticed' && stage === 'canary',
    );
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({
      verdict: 'undecidable',
      sentence: expect.stringMatching(
        /^Gate empty-answers cannot be read, which says nothing about the release: Prometheus answered HTTP 500/,
      ) as string,
    });
  });

  test.each([
    ['that cannot be read', [outage]],
    ['that nobody reads', []],
    [
      'without data',
      [{ gate: 'empty-answers', outcome: { type: 'nothing', reason: 'no series' } as const }],
    ],
  ])('%s is not passed by "promote" either: a person is asked', (_what, readings) => {
    const at = world({}, { whenUndecidable: 'promote' });
    at.readings = readings;
    at.passUntilStage('canary');
    at.pass(210);
    expect(at.rollout).toMatchObject({
      sharePercent: 10,
      status: { type: 'paused', cause: 'undecidable' },
    });
    expect(at.rollout.status).toHaveProperty('reason', expect.stringContaining('empty-answers'));
  });

  test('says nothing before its window lies within this share', () => {
    const at = world({ window: '90s', then: 'rollback' });
    reads(at, 0.5);
    at.passUntilStage('canary');
    at.pass(89);
    expect(at.rollout.status.type).toBe('running');
    expect(at.rollout.customGates[0]).toMatchObject({ verdict: 'undecided' });
    at.pass(2);
    expect(at.rollout.status.type).toBe('rolledBack');
  });

  test('below a limit is the other side, and the limit itself holds', () => {
    const at = world({ above: undefined, below: 0.8, then: 'rollback' });
    reads(at, 0.8);
    at.passUntilStage('canary');
    at.pass(10);
    expect(at.rollout.customGates[0]).toMatchObject({ verdict: 'healthy' });
    reads(at, 0.79);
    at.pass(1);
    expect(at.rollout.status.type).toBe('rolledBack');
  });

  test('goes on in another controller where it was: since when it is broken is in the record', () => {
    const at = world({ then: 'rollback', for: '20s' });
    reads(at, 0.03);
    at.passUntilStage('canary');
    at.pass(10);
    at.record = readRecord(writeRecord(at.record));
    at.pass(11);
    expect(at.rollout.status.type).toBe('rolledBack');
    expect(at.rollout.decisions.at(-1)?.atMs).toBe(at.nowMs - (at.nowMs % SECOND));
  });
});

test('a rollout that began before there were custom gates goes on without', () => {
  const at = new World(compiled(planInput));
  at.passUntilStage('canary');
  const old = JSON.parse(writeRecord(at.record)) as {
    plan: { customGates?: unknown };
    rollout: { customGates?: unknown };
  };
  delete old.plan.customGates;
  delete old.rollout.customGates;
  expect(readRecord(JSON.stringify(old))).toEqual(at.record);
});

describe('a custom gate that is written wrong', () => {
  test.each([
    ['without a source', { prometheus: undefined }, '', /name exactly one source/],
    [
      'with two sources',
      { json: { url: 'http://h/x', pointer: '' } },
      '',
      /name exactly one source/,
    ],
    ['without a limit', { above: undefined }, '', /write its limit/],
    ['with both sides', { below: 1 }, '', /above or below, not both/],
    ['with a limit in words', { above: 'much' }, '.above', /a number such as 3/],
    [
      'with a placeholder that is none',
      { prometheus: { url: 'http://h', query: 'a{r="${canidate}"}' } },
      '.prometheus.query',
      /\$\{canidate\} is no placeholder.*\$\{candidate\}/,
    ],
    [
      'with a pointer that is none',
      { prometheus: undefined, json: { url: 'http://h/x', pointer: 'score' } },
      '.json.pointer',
      /such as \/results\/0\/score/,
    ],
    [
      'with an address that is none',
      { prometheus: undefined, json: { url: 'eval/${candidate}', pointer: '' } },
      '.json.url',
      /https:\/\/host/,
    ],
    ['with another rule', { then: 'promote' }, '.then', /hold or rollback/],
    [
      'without a server to ask',
      { prometheus: { query: 'a' } },
      '.prometheus.url',
      /which Prometheus/,
    ],
    ['with a misspelt key', { abov: 3 }, '.abov', /unknown key/],
  ])('%s: path and remedy', (...[, changes, path, words]) => {
    const gates = { ...planInput.gates, custom: [gate(changes)] };
    const result = compilePlan({ ...planInput, gates });
    const faults = result.type === 'faults' ? result.faults : [];
    expect(faults.map((fault) => fault.path)).toContain(`gates.custom[0]${path}`);
    expect(faults.map(({ message }) => message).join(' ')).toMatch(words);
  });

  test('a token that is written out is refused, and not repeated', () => {
    const sentry = { organization: 'divers', project: 'backend', token: 'sntrys_secret' };
    const gates = { ...planInput.gates, custom: [{ name: 'issues', sentry }] };
    const result = compilePlan({ ...planInput, gates });
    expect(JSON.stringify(result)).toMatch(/gates\.custom\[0\]\.sentry\.token/);
    expect(JSON.stringify(result)).not.toContain('sntrys_secret');
  });

  test('two of one name are told apart by nobody', () => {
    const gates = { ...planInput.gates, custom: [gate(), gate()] };
    expect(compilePlan({ ...planInput, gates })).toMatchObject({
      faults: [{ path: 'gates.custom[1].name' }],
    });
  });

  test('Sentry’s needs a name and whose issues, and takes the rest by itself', () => {
    const sentry = { organization: 'divers', project: 'backend' };
    const gates = { ...planInput.gates, custom: [{ name: 'issues', sentry }] };
    expect(compiled({ ...planInput, gates }).customGates).toEqual([
      {
        name: 'issues',
        source: {
          type: 'sentry',
          url: 'https://sentry.io',
          ...sentry,
          level: 'error',
          release: '${candidate}',
          token: { env: 'SENTRY_AUTH_TOKEN' },
        },
        limit: { direction: 'above', value: 0, unit: 'number' },
        windowMs: 0,
        forMs: 0,
        then: 'hold',
      },
    ]);
  });
});
