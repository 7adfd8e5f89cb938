import { describe, expect, test } from 'vitest';
import { plan, SECOND, World } from '../../test/rollout-world.js';
import { writeRecord } from '../record/record.js';
import { isOpen } from '../record/rollout.js';

describe('a good release', () => {
  test('goes up stage by stage, waits for its approval, and is promoted', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    expect(world.rollout.sharePercent).toBe(10);
    world.pass(700);
    expect(world.rollout).toMatchObject({ sharePercent: 10, status: { type: 'running' } });
    expect(world.rollout.decisions.filter(({ type }) => type === 'awaitingApproval')).toHaveLength(
      1,
    );
    world.command('approve');
    world.pass(2_000, () => !isOpen(world.rollout));
    expect(world.rollout.status.type).toBe('promoted');
    expect(world.traffic).toEqual([{ revision: 'web-2', percent: 100, tag: 'stable' }]);
  });

  test('never rises without a healthy verdict on record, and never past its stage', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.command('approve');
    world.pass(2_000, () => !isOpen(world.rollout));
    for (const { type, fromPercent, toPercent, verdict } of world.rollout.decisions) {
      if (toPercent > fromPercent) expect([type, verdict]).toEqual(['advanced', 'healthy']);
    }
  });

  test('does not use an approval that has expired', () => {
    const world = new World({ ...plan, approvalExpiresMs: 30 * SECOND });
    world.passUntilStage('canary');
    world.command('approve');
    world.pass(300);
    expect(world.rollout.sharePercent).toBe(10);
    world.command('approve');
    world.pass(5);
    expect(world.rollout.sharePercent).toBe(50);
  });
});

describe('a sentence of the audit log', () => {
  test('counts checks, however many things are wrong with the answer of one', () => {
    const world = new World(plan);
    world.smoke = 'fails';
    world.smokeFailures = [
      { check: 'chat', message: 'the answer does not contain "PADI"' },
      { check: 'chat', message: 'response is empty' },
    ];
    world.pass(1);
    expect(world.rollout.decisions.at(-1)?.sentence).toContain('failed 1 of 1 smoke check');
  });

  test('is one printable line of bounded length, whatever it quotes', () => {
    const world = new World(plan);
    const message = 'no start.\n\nSee \u001b[31mthe logs' + '.'.repeat(10_000);
    world.readiness = { type: 'failed', message };
    world.pass(1);
    const said = world.rollout.decisions.map(({ sentence }) => sentence);
    expect(said.at(-1)).toContain('no start. See  [31mthe logs');
    expect(said.every((sentence) => sentence.length <= 2_000)).toBe(true);
  });
});

describe('a plan that goes on when a stage cannot be decided', () => {
  const onward = {
    ...plan,
    whenUndecidable: 'promote',
    stages: plan.stages.map((stage) => ({
      ...stage,
      holdMaxMs: 150 * SECOND,
      approvalsRequired: 0,
    })),
  } as const;

  test('goes on where there was too little traffic to tell', () => {
    const world = new World(onward);
    world.requestsPerSecond = 0.2;
    world.passUntilStage('canary');
    world.pass(160);
    expect(world.rollout.decisions.at(-1)).toMatchObject({ type: 'advanced', toPercent: 50 });
  });

  test.each([
    ['above the limit, as the stable revision is', { 'web-1': 0.04, 'web-2': 0.04 }],
    ['surely worse, though by less than the plan allows', { 'web-1': 0.001, 'web-2': 0.014 }],
  ])('asks a person where the candidate is %s', (_what, failureRates) => {
    const world = new World(onward);
    world.failureRates = failureRates;
    world.passUntilStage('canary');
    world.pass(1_400, () => world.rollout.status.type === 'paused');
    expect(world.rollout.judgement?.reason.code).toMatch(/limit-exceeded|worse-|against/);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'undecidable' });
    for (const { type, fromPercent, toPercent, verdict } of world.rollout.decisions) {
      if (toPercent > fromPercent) expect([type, verdict]).toEqual(['advanced', 'healthy']);
    }
  });
});

describe('a bad release', () => {
  test('is rolled back at its first stage with users, and stays so', () => {
    const world = new World(plan);
    world.failureRates = { 'web-2': 0.2 };
    world.passUntilStage('canary');
    world.pass(100, () => !isOpen(world.rollout));
    expect(world.rollout).toMatchObject({ sharePercent: 0, status: { type: 'rolledBack' } });
    expect(world.traffic).toEqual([{ revision: 'web-1', percent: 100, tag: 'stable' }]);
    const after = world.rollout;
    world.pass(100);
    expect(world.rollout).toEqual(after);
  });

  test.each(['person', 'undecidable'] as const)('is rolled back while paused (%s)', (cause) => {
    const world = new World(plan);
    world.passUntilStage('canary');
    if (cause === 'person') world.command('pause');
    else
      world.record = {
        ...world.record,
        rollout: {
          ...world.rollout,
          status: { type: 'paused', cause, by: 'ascent', reason: '', sinceMs: world.nowMs },
        },
      };
    world.failureRates = { 'web-2': 0.05 };
    world.pass(600, () => !isOpen(world.rollout));
    expect(world.rollout.status.type).toBe('rolledBack');
  });

  test('does not blame the release for an outage that hits both revisions', () => {
    const world = new World({
      ...plan,
      gates: { ...plan.gates, errorRate: { maxRatio: 1, worseThanStableBy: 0.02 }, rules: [] },
    });
    world.passUntilStage('canary');
    world.failureRates = { 'web-1': 0.5, 'web-2': 0.5 };
    world.pass(300);
    expect(isOpen(world.rollout)).toBe(true);
  });

  test('that cannot start is ended without a user having seen it', () => {
    const world = new World(plan);
    world.readiness = { type: 'failed', message: 'the container exited' };
    world.pass(1);
    expect(world.rollout).toMatchObject({
      status: { type: 'rolledBack', reason: 'the candidate never became ready' },
    });
  });

  test('that fails its smoke checks twice in a row is ended; once is a blip', () => {
    const world = new World(plan);
    world.smoke = 'fails';
    world.pass(1);
    expect(isOpen(world.rollout)).toBe(true);
    world.pass(1);
    expect(world.rollout.status).toMatchObject({
      type: 'rolledBack',
      reason: 'smoke checks failed',
    });
  });
});

describe('metrics that cannot be read', () => {
  const blind = { type: 'unavailable', reason: 'the server answered 503' } as const;

  test.each([
    ['hold', 'running'],
    ['ask', 'paused'],
    ['rollback', 'rolledBack'],
  ] as const)('with the policy %s end in %s, and never let it go on', (then, status) => {
    const world = new World({ ...plan, whenBlind: { afterMs: 60 * SECOND, then } });
    world.passUntilStage('canary');
    world.metrics = blind;
    world.pass(50);
    expect(world.rollout.status.type).toBe('running');
    world.pass(1_000);
    expect(world.rollout.status.type).toBe(status);
    expect(world.rollout.sharePercent).toBe(status === 'rolledBack' ? 0 : 10);
  });

  test('are said once when they go and once when they come back', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.metrics = blind;
    world.pass(20);
    world.metrics = null;
    world.pass(20);
    const types = world.rollout.decisions.map(({ type }) => type);
    expect(types.filter((type) => type === 'blind' || type === 'sighted')).toEqual([
      'blind',
      'sighted',
    ]);
  });
});

describe('what others do', () => {
  test('a change of traffic pauses the rollout, is left alone, and resume goes back to the plan', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    const theirs = [
      { revision: 'web-1', percent: 70, tag: null },
      { revision: 'web-2', percent: 30, tag: null },
    ];
    world.traffic = theirs;
    world.pass(50);
    expect(world.traffic).toEqual(theirs);
    expect(world.rollout.status).toMatchObject({
      type: 'paused',
      cause: 'foreignChange',
      by: 'tom@example.com',
    });
    world.command('resume');
    expect(world.traffic.find(({ revision }) => revision === 'web-2')?.percent).toBe(10);
  });

  test('LATEST in the traffic is such a change', () => {
    const world = new World(plan);
    world.traffic = [{ revision: null, percent: 100, tag: null }];
    world.pass(1);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'foreignChange' });
  });

  test('a tag that is not ours stays where it is', () => {
    const world = new World(plan);
    const tag = { revision: 'web-0', percent: 0, tag: 'preview' };
    world.traffic = [...world.traffic, tag];
    world.passUntilStage('canary');
    expect(world.traffic).toContainEqual(tag);
  });

  test('a newer revision ends the rollout with the candidate at 0', () => {
    const world = new World(plan);
    world.passUntilStage('canary');
    world.latestCreated = 'web-3';
    world.pass(1);
    expect(world.rollout).toMatchObject({
      sharePercent: 0,
      status: { type: 'superseded', revision: 'web-3' },
    });
  });
});

describe('time', () => {
  test('a hold counts from when the share is served', () => {
    const world = new World(plan);
    const asked = world.view();
    world.passUntilStage('canary');
    expect(asked.traffic).not.toEqual(world.traffic);
    expect(world.rollout.stageSettledMs).toBeNull();
    world.pass(1);
    expect(world.rollout.stageSettledMs).toBe(world.nowMs);
  });

  test('an undecided stage asks a person after its longest hold, and resuming gives it as long again', () => {
    const world = new World({ ...plan, whenUndecidable: 'ask' });
    world.passUntilStage('canary');
    world.requestsPerSecond = 0;
    world.pass(700);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'undecidable' });
    world.command('resume');
    world.pass(500);
    expect(world.rollout.status.type).toBe('running');
    world.pass(200);
    expect(world.rollout.status).toMatchObject({ type: 'paused', cause: 'undecidable' });
  });

  test.each([
    ['hold', 10, 'running'],
    ['promote', 50, 'running'],
  ] as const)('or follows the policy %s', (whenUndecidable, share, status) => {
    const world = new World({
      ...plan,
      whenUndecidable,
      stages: plan.stages.map((stage) => ({ ...stage, approvalsRequired: 0 })),
    });
    world.passUntilStage('canary');
    world.requestsPerSecond = 0;
    world.pass(700);
    expect(world.rollout).toMatchObject({ sharePercent: share, status: { type: status } });
  });

  test('evidence alone is written down at most every ten minutes', () => {
    const world = new World({
      ...plan,
      stages: plan.stages.map((stage) => ({
        ...stage,
        holdMinMs: 3_600_000,
        holdMaxMs: 7_200_000,
      })),
    });
    world.pass(20);
    let writes = 0;
    for (let second = 0; second < 3_500; second += 1) {
      world.nowMs += SECOND;
      if (world.look().persist) writes += 1;
    }
    expect(writes).toBe(5);
  });
});

describe('commands at the wrong time', () => {
  test.each([
    ['resume', 'ASC_NOT_PAUSED'],
    ['approve', 'ASC_NO_APPROVAL_NEEDED'],
  ] as const)('%s is refused with %s', (type, code) => {
    const world = new World(plan);
    expect(() => world.command(type)).toThrow(expect.objectContaining({ code }) as Error);
  });

  test('every command is refused once the rollout has ended', () => {
    const world = new World(plan);
    world.command('rollback');
    for (const type of ['approve', 'pause', 'resume', 'rollback'] as const) {
      expect(() => world.command(type)).toThrow(
        expect.objectContaining({ code: 'ASC_ROLLOUT_ENDED' }) as Error,
      );
    }
  });
});

test('a delivered effect leaves the outbox, and only that one', () => {
  const world = new World(plan);
  world.pass(3);
  const [first, ...rest] = world.rollout.outbox;
  world.send({ type: 'delivered', nowMs: world.nowMs, keys: [first?.key ?? ''], failed: [] });
  expect(world.rollout.outbox).toEqual(rest);
});

test('the same events give the same bytes', () => {
  const run = (): string => {
    const world = new World(plan);
    world.failureRates = { 'web-2': 0.01 };
    world.pass(400);
    return writeRecord(world.record);
  };
  expect(run()).toBe(run());
});
