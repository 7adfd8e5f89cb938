import { describe, expect, test } from 'vitest';
import { compiled, plan, planInput, recordOf, SECOND, World } from '../../test/rollout-world.js';
import { begin } from './begin.js';
import { isOpen } from '../record/rollout.js';

const [smoke, canary, half, full] = planInput.stages;

function withStages(...stages: readonly unknown[]): ReturnType<typeof compiled> {
  return compiled({ ...planInput, stages });
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe('a person who skips a stage', () => {
  test('moves the candidate one stage up, and the audit log says that no verdict stands behind it', () => {
    const world = new World(withStages(smoke, canary, { ...half, approval: undefined }, full));
    world.passUntilStage('canary');
    world.pass(2);
    world.command('skip', 'mia', 'the fix is needed now');
    expect(world.traffic).toContainEqual({ revision: 'web-2', percent: 50, tag: 'candidate' });
    expect(world.rollout.decisions.at(-1)).toMatchObject({
      type: 'skipped',
      by: 'mia',
      verdict: null,
      fromPercent: 10,
      toPercent: 50,
    });
  });

  test('still has the candidate sent back when it is bad', () => {
    const world = new World(withStages(smoke, canary, { ...half, approval: undefined }, full));
    world.passUntilStage('canary');
    world.failureRates = { 'web-2': 0.3 };
    world.command('skip', 'mia', 'hurry');
    world.pass(120, () => !isOpen(world.rollout));
    expect(world.rollout).toMatchObject({ status: { type: 'rolledBack' }, sharePercent: 0 });
  });

  test('goes on after an undecided stage that asked a person', () => {
    const world = new World({ ...withStages(smoke, canary, full), whenUndecidable: 'ask' });
    world.passUntilStage('canary');
    world.requestsPerSecond = 0;
    world.pass(700);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'undecidable' });
    world.command('skip', 'mia', 'nobody is awake to use it');
    expect(world.rollout).toMatchObject({ status: { type: 'running' }, sharePercent: 100 });
  });
});

describe('an override', () => {
  test.each(['skip', 'promote'] as const)('by %s needs a reason', (type) => {
    const world = new World(plan);
    world.passUntilStage('canary');
    expect(codeOf(() => world.command(type))).toBe('ASC_REASON_REQUIRED');
    expect(world.rollout.sharePercent).toBe(10);
  });

  test.each(['skip', 'promote'] as const)('by %s waits until the candidate is ready', (type) => {
    const world = new World(plan);
    world.readiness = { type: 'starting', message: 'pulling the image' };
    world.pass(1);
    expect(codeOf(() => world.command(type, 'mia', 'hurry'))).toBe('ASC_CANDIDATE_NOT_READY');
  });

  test.each(['skip', 'promote'] as const)('by %s leaves a foreign change alone', (type) => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.traffic = [{ revision: 'web-1', percent: 100, tag: null }];
    world.pass(1);
    expect(codeOf(() => world.command(type, 'mia', 'hurry'))).toBe('ASC_FOREIGN_TRAFFIC');
  });

  test('counts as one approval and not as two', () => {
    const world = new World(
      withStages(smoke, canary, { ...half, approval: { required: 2 } }, full),
    );
    world.passUntilStage('canary');
    world.pass(1);
    expect(codeOf(() => world.command('skip', 'mia', 'hurry'))).toBe('ASC_APPROVAL_MISSING');
    world.command('approve', 'mia');
    expect(codeOf(() => world.command('promote', 'mia', 'hurry'))).toBe('ASC_APPROVAL_MISSING');
    world.command('approve', 'tom');
    world.command('skip', 'mia', 'hurry');
    expect(world.rollout.sharePercent).toBe(50);
  });

  test('by promote ends the rollout with the candidate as the stable revision', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.command('promote', 'mia', 'security fix');
    expect(world.rollout.status.type).toBe('promoted');
    expect(world.rollout.decisions.at(-1)).toMatchObject({ by: 'mia', verdict: null });
    expect(world.traffic).toEqual([{ revision: 'web-2', percent: 100, tag: 'stable' }]);
  });
});

describe('a stage that two people must approve', () => {
  const two = withStages(smoke, canary, { ...half, approval: { required: 2 } }, full);

  test('takes no approval without a name, and the same name in capitals as the same person', () => {
    const world = new World(two);
    world.passUntilStage('canary');
    world.pass(1);
    expect(codeOf(() => world.command('approve', ' '))).toBe('ASC_NAME_REQUIRED');
    world.command('approve', 'mia');
    world.command('approve', 'Mia ');
    expect(world.rollout.decisions.at(-1)?.sentence).toContain('1 of 2');
    expect(world.rollout.approvals).toHaveLength(1);
    expect(codeOf(() => world.command('promote', 'MIA', 'hurry'))).toBe('ASC_APPROVAL_MISSING');
  });

  test('is not approved by somebody who meant the one before', () => {
    const world = new World(withStages(smoke, canary, half, { ...full, approval: 'required' }));
    world.passUntilStage('canary');
    const approve = { type: 'approve', by: 'tom', reason: '', stage: 'half' } as const;
    world.send({ ...approve, nowMs: world.nowMs });
    world.passUntilStage('half');
    expect(codeOf(() => world.send({ ...approve, nowMs: world.nowMs }))).toBe('ASC_MOVED_ON');
    expect(world.rollout.approvals.map(({ stage }) => stage)).toEqual(['half']);
  });

  test('is asked for again, by whom it lacks, once an approval has expired', () => {
    const world = new World({ ...two, approvalExpiresMs: 30 * SECOND });
    world.passUntilStage('canary');
    world.pass(200);
    world.command('approve', 'mia');
    world.pass(40);
    const asked = world.rollout.decisions.filter(({ type }) => type === 'awaitingApproval');
    expect(asked).toHaveLength(2);
    expect(asked[1]?.sentence).toContain('The approval by mia has expired');
  });

  test('is entered once two different people did, and one person twice is one', () => {
    const world = new World(two);
    world.passUntilStage('canary');
    world.pass(200);
    world.command('approve', 'mia');
    world.command('approve', 'mia');
    world.pass(2);
    expect(world.rollout.sharePercent).toBe(10);
    expect(world.rollout.decisions.at(-1)?.sentence).toContain('1 of 2');
    world.command('approve', 'tom');
    world.pass(2);
    expect(world.rollout.sharePercent).toBe(50);
  });

  test('is not entered with one approval that has expired', () => {
    const world = new World({ ...two, approvalExpiresMs: 30 * SECOND });
    world.passUntilStage('canary');
    world.pass(200);
    world.command('approve', 'mia');
    world.pass(40);
    world.command('approve', 'tom');
    world.pass(10);
    expect(world.rollout.sharePercent).toBe(10);
  });
});

describe('an abort', () => {
  test('sends everything to the stable revision and holds nothing against the candidate', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.command('abort', 'mia', 'the wrong branch');
    expect(world.rollout.status).toMatchObject({ type: 'aborted', reason: 'the wrong branch' });
    expect(world.traffic).toEqual([{ revision: 'web-1', percent: 100, tag: 'stable' }]);
  });

  test.each(['abort', 'rollback'] as const)(
    'or a rollback lasts until a person restarts it (%s)',
    (type) => {
      const world = new World(plan);
      world.passUntilStage('canary');
      world.command(type, 'mia', 'not today');
      const context = {
        plan,
        record: world.record,
        view: world.view(),
        nowMs: world.nowMs,
        by: 'mia',
        again: null,
        traffic: null,
      };
      expect(begin(context)).toMatchObject({ type: 'nothing' });
      const outcome = begin({ ...context, again: 'the provider was down' });
      expect(outcome).toMatchObject({
        type: 'started',
        record: { rollout: { candidate: 'web-2' } },
      });
      expect(recordOf(outcome).rollout?.decisions[0]?.sentence).toContain('the provider was down');
    },
  );

  test('of nothing cannot be restarted', () => {
    const world = new World(plan);
    const open = {
      plan,
      record: world.record,
      view: world.view(),
      nowMs: world.nowMs,
      by: 'mia',
      again: '',
      traffic: null,
    };
    expect(codeOf(() => begin(open))).toBe('ASC_ROLLOUT_OPEN');
    expect(codeOf(() => begin({ ...open, record: null }))).toBe('ASC_NOTHING_TO_RESTART');
  });
});

describe('spot checks', () => {
  const scenario = (name: string): unknown => ({ name, path: `/${name}` });
  const checked = compiled({
    ...planInput,
    stages: [smoke, { ...canary, spotChecks: 3 }, full],
    scenarios: { checks: [scenario('depth'), scenario('nitrox')] },
  });
  const passed = { passed: true, failures: [], checks: 2 };
  const failed = {
    passed: false,
    failures: [{ check: 'nitrox', message: 'answered HTTP 500' }],
    checks: 2,
  };

  function spot(world: World, candidate: typeof failed | typeof passed, stable = passed): void {
    world.send({
      type: 'spotChecked',
      nowMs: world.nowMs,
      outcome: { candidate, stable: stable },
    });
  }

  test('hold a healthy stage until the recorded ones ran and people ticked off the others', () => {
    const world = new World(checked);
    world.passUntilStage('canary');
    world.pass(300);
    expect(world.rollout.sharePercent).toBe(10);
    spot(world, passed);
    world.pass(5);
    expect(world.rollout.decisions.at(-1)).toMatchObject({ type: 'awaitingSpotChecks' });
    world.command('tickOff', 'mia', 'booked a trip to Bali');
    world.pass(2);
    expect(world.rollout.sharePercent).toBe(100);
  });

  test('that only the candidate fails, twice in a row, wait for a person; resume runs them again', () => {
    const world = new World(checked);
    world.passUntilStage('canary');
    world.pass(1);
    spot(world, failed);
    expect(world.rollout.status.type).toBe('running');
    spot(world, failed);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'spotChecks' });
    expect(world.rollout.decisions.at(-1)?.sentence).toContain('nitrox: answered HTTP 500');
    world.command('resume');
    expect(world.rollout.spotChecks).toMatchObject({ passed: null, failures: 0 });
  });

  test('that the stable revision fails as well are not held against the candidate, and count for nothing', () => {
    const world = new World(checked);
    world.passUntilStage('canary');
    world.pass(1);
    spot(world, failed, failed as never);
    expect(world.rollout).toMatchObject({
      status: { type: 'running' },
      spotChecks: { passed: 1, failures: 0 },
    });
  });

  test('are ticked off only where a stage asks, and with what was tried', () => {
    const world = new World(checked);
    expect(codeOf(() => world.command('tickOff', 'mia', 'health'))).toBe('ASC_NO_SPOT_CHECKS');
    world.passUntilStage('canary');
    expect(codeOf(() => world.command('tickOff', 'mia', ' '))).toBe('ASC_REASON_REQUIRED');
  });

  test('count once, however often and by whomever they are ticked off', () => {
    const world = new World(checked);
    world.passUntilStage('canary');
    world.command('tickOff', 'mia', 'asked about Bali');
    expect(codeOf(() => world.command('tickOff', 'tom', ' Asked about  bali'))).toBe(
      'ASC_REASON_REQUIRED',
    );
    expect(world.rollout.spotChecks.ticks).toHaveLength(1);
  });
});

test('a holdback keeps part of the traffic on the stable revision until the promotion', () => {
  const world = new World(withStages(smoke, canary, { ...full, holdback: '5%' }));
  world.passUntilStage('full');
  expect(world.rollout.sharePercent).toBe(95);
  world.pass(2_000, () => !isOpen(world.rollout));
  expect(world.rollout.status.type).toBe('promoted');
  expect(world.traffic).toEqual([{ revision: 'web-2', percent: 100, tag: 'stable' }]);
});

describe('a stable revision that was deleted', () => {
  test('pauses the rollout, moves nothing, and leaves the promotion as the way out', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.missing = ['web-1'];
    world.pass(3);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'stableMissing' });
    expect(world.rollout.sharePercent).toBe(10);
    expect(codeOf(() => world.command('rollback'))).toBe('ASC_STABLE_MISSING');
    world.command('promote', 'mia', 'it is the only one left');
    expect(world.traffic).toEqual([{ revision: 'web-2', percent: 100, tag: 'stable' }]);
  });

  test('and is there again opens the way back, and stays paused until a person decides', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.missing = ['web-1'];
    world.pass(3);
    world.missing = [];
    world.pass(3);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'person', by: 'ascent' });
    expect(world.rollout.decisions.at(-1)).toMatchObject({ type: 'noticed', toPercent: 10 });
    world.command('rollback', 'mia', 'enough of it');
    expect(world.traffic).toEqual([{ revision: 'web-1', percent: 100, tag: 'stable' }]);
  });

  test('and is not missed while the platform is at work is not there again', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.missing = ['web-1'];
    world.pass(3);
    world.missing = [];
    world.routed = false;
    world.pass(3);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'stableMissing' });
    expect(codeOf(() => world.command('rollback'))).toBe('ASC_STABLE_MISSING');
  });

  test('and is there again after the traffic was changed leaves that as it is', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.missing = ['web-1'];
    world.pass(3);
    world.missing = [];
    const byHand = [{ revision: 'web-2', percent: 100, tag: null }];
    world.traffic = byHand;
    world.pass(3);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'foreignChange' });
    expect(world.traffic).toEqual(byHand);
  });

  test('and is there again lets a person resume', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.missing = ['web-1'];
    world.pass(3);
    world.missing = [];
    world.command('resume');
    world.pass(3);
    expect(world.rollout.status.type).toBe('running');
  });
});

describe('what is said before a rollout starts', () => {
  const world = new World(plan);
  const context = {
    plan,
    record: null,
    view: { ...world.view(), traffic: [{ revision: 'web-1', percent: 100, tag: null }] },
    nowMs: world.nowMs,
    by: 'mia',
    again: null,
    traffic: null,
  } as const;
  const notices = (outcome: ReturnType<typeof begin>): readonly string[] =>
    (recordOf(outcome).rollout?.decisions ?? [])
      .filter(({ type }) => type === 'noticed')
      .map(({ sentence }) => sentence);

  test('is that LATEST was found and pinned', () => {
    const floating = [{ revision: null, percent: 100, tag: null }];
    const outcome = begin({
      ...context,
      view: { ...context.view, traffic: floating, latestReady: 'web-1' },
    });
    expect(notices(outcome)[0]).toContain('LATEST was found in the traffic');
    expect(outcome).toMatchObject({ traffic: [{ revision: 'web-1', percent: 100 }, {}] });
  });

  test('is that the traffic is pinned by an old rollback', () => {
    expect(notices(begin(context))[0]).toContain('pinned to web-1 by name');
    const record = { version: 1, plan, stable: 'web-0', rollout: null } as const;
    expect(notices(begin({ ...context, record }))[0]).toContain('web-0 was the stable revision');
  });

  test('is nothing where all is as Ascent left it', () => {
    const record = { version: 1, plan, stable: 'web-1', rollout: null } as const;
    expect(notices(begin({ ...context, record }))).toEqual([]);
  });

  test('is that session affinity keeps users where they are', () => {
    const outcome = begin({ ...context, view: { ...context.view, sessionAffinity: true } });
    expect(notices(outcome).some((text) => text.startsWith('Session affinity is on'))).toBe(true);
  });

  test('is which stages cannot be decided at the measured traffic, and what would help', () => {
    const record = { version: 1, plan, stable: 'web-1', rollout: null } as const;
    const quiet = { requestsPerMinute: 2, errorRate: 0.001, latency: null };
    const said = notices(begin({ ...context, record, traffic: quiet }));
    expect(said[0]).toContain('Stage canary (10 %) cannot be decided at 2 requests a minute');
    expect(said[0]).toContain('ask a person');
    const busy = { requestsPerMinute: 60_000, errorRate: 0.001, latency: null };
    expect(notices(begin({ ...context, record, traffic: busy }))).toEqual([]);
  });
});

test('the first deployment ever is adopted as the stable revision, with LATEST pinned', () => {
  const world = new World(plan);
  const view = {
    ...world.view(),
    latestCreated: 'web-1',
    latestReady: 'web-1',
    traffic: [{ revision: null, percent: 100, tag: null }],
  };
  const outcome = begin({
    plan,
    record: null,
    view,
    nowMs: 1,
    by: 'mia',
    again: null,
    traffic: null,
  });
  expect(outcome).toMatchObject({
    type: 'adopted',
    traffic: [{ revision: 'web-1', percent: 100 }],
    record: { stable: 'web-1', rollout: null },
  });
});
