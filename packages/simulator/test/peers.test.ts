/**
 * What users of other rollout tools met, or what reading those tools showed, and must not happen here. Every test names
 * the thread or the tool; the behaviour is that of the real controller in a simulated world.
 */
import { act, restart, tick, type World } from '@ascent/controller';
import {
  compilePlan,
  isOpen,
  type MetricsOutcome,
  type RolloutPlan,
  type RolloutRecord,
  type TrafficTarget,
} from '@ascent/core';
import { createPrng } from '@ascent/stats';
import { describe, expect, test } from 'vitest';
import { SimulatedService } from '../src/simulated-service.js';
import { Users, type Behaviour } from '../src/users.js';

const MINUTE = 60_000;
const START = Date.UTC(2027, 0, 4, 9, 0, 0);
const healthy: Behaviour = { failureRate: 0.005, latency: { medianMs: 400, steepness: 3 } };

function compiled(changes: Readonly<Record<string, unknown>> = {}): RolloutPlan {
  const result = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:8080' } },
    metrics: { cloudMonitoring: { samplePeriod: '60s', visibilityDelay: '1m' } },
    stages: [
      {
        name: 'smoke',
        share: 0,
        hold: '2m',
        smoke: { checks: [{ name: 'health', path: '/health' }] },
      },
      { name: 'canary', share: 10, hold: '30m to 2h' },
      { name: 'half', share: 50, hold: '30m to 2h' },
      { name: 'full', share: 100, hold: '30m to 2h' },
    ],
    gates: { errorRate: { max: '2%', worseThanStableBy: '1%' } },
    ...changes,
  });
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

/** A service under a real controller, minute by minute. */
class House {
  nowMs = START;
  requestsPerMinute = 600;
  behaviours: Record<string, Behaviour> = {};
  metrics: MetricsOutcome | null = null;
  smokePasses = true;
  /** What each delivery answers. */
  deliver: World['deliver'] = () => Promise.resolve();
  readonly delivered: string[] = [];
  readonly smokeRuns: number[] = [];
  readonly service: SimulatedService;
  readonly users: Users;
  readonly world: World;
  writes = 0;
  reads = 0;

  readonly plan: RolloutPlan;

  constructor(plan: RolloutPlan) {
    this.plan = plan;
    this.service = new SimulatedService({
      name: 'web-1',
      createdMs: 0,
      decidedMs: 0,
      starts: true,
    });
    this.users = new Users({
      prng: createPrng(11),
      layout: { type: 'explicit', boundsMs: [100, 200, 400, 800, 1_600, 3_200] },
      periodMs: MINUTE,
      startMs: START,
      requestsPerMinute: () => this.requestsPerMinute,
      behaviour: (revision) => this.behaviours[revision] ?? healthy,
    });
    this.world = this.#createWorld();
    this.deploy('web-2');
  }

  get record(): RolloutRecord {
    const text = this.service.state.record;
    if (text === null) throw new Error('no record yet');
    return JSON.parse(text) as RolloutRecord;
  }

  get rollout(): NonNullable<RolloutRecord['rollout']> {
    const { rollout } = this.record;
    if (rollout === null) throw new Error('no rollout yet');
    return rollout;
  }

  get types(): readonly string[] {
    return this.rollout.decisions.map(({ type }) => type);
  }

  deploy(name: string, starts = true): void {
    this.service.deploy({ name, createdMs: this.nowMs, decidedMs: this.nowMs, starts });
  }

  /** Somebody else sets the traffic. */
  set(traffic: readonly TrafficTarget[], by = 'console'): void {
    const write = { by, record: null, traffic };
    this.service.write(null, write, { nowMs: this.nowMs, settleMs: 0 });
  }

  /** Lets minutes pass, with a step of the controller at the end of each. */
  async pass(minutes: number, until: () => boolean = () => false): Promise<void> {
    for (let minute = 0; minute < minutes && !until(); minute += 1) {
      this.nowMs += MINUTE;
      this.users.serve(this.nowMs, this.service.shares(this.nowMs - 1));
      await tick(this.world, { plan: this.plan, by: 'ascent' });
    }
  }

  async passUntilShare(percent: number): Promise<void> {
    await this.pass(600, () => this.#share() >= percent);
    expect(this.#share()).toBe(percent);
  }

  async passUntilEnd(minutes = 600): Promise<void> {
    await this.pass(minutes, () => this.service.state.record !== null && !isOpen(this.rollout));
  }

  async command(type: Parameters<typeof act>[1]['type']): Promise<void> {
    await act(this.world, { type, by: 'mia', reason: 'because' });
  }

  #share(): number {
    return this.service.state.record === null ? -1 : this.rollout.sharePercent;
  }

  #createWorld(): World {
    return {
      service: {
        read: () => {
          this.reads += 1;
          return Promise.resolve(this.service.view(this.nowMs));
        },
        replace: (view, change) => {
          this.writes += 1;
          const time = { nowMs: this.nowMs, settleMs: 0 };
          const write = { by: 'ascent', ...change };
          return Promise.resolve(this.service.write(Number(view.resourceVersion), write, time));
        },
      },
      metrics: {
        read: ({ afterMs, nowMs }) => {
          const youngestTrustedMs = Math.floor(nowMs / MINUTE - 1) * MINUTE;
          const points = this.users.points(afterMs, youngestTrustedMs);
          return Promise.resolve(this.metrics ?? { type: 'points', points, youngestTrustedMs });
        },
      },
      smoke: (checks) => {
        this.smokeRuns.push(this.nowMs);
        const failures = this.smokePasses ? [] : [{ check: 'health', message: 'status 503' }];
        return Promise.resolve({ passed: this.smokePasses, failures, checks: checks.length });
      },
      deliver: async (effect, record) => {
        await this.deliver(effect, record);
        this.delivered.push(effect.key);
      },
      now: () => this.nowMs,
    };
  }
}

const blind: MetricsOutcome = { type: 'unavailable', reason: 'the server answered 503' };

describe('no traffic and no data', () => {
  test('without a request nothing is promoted (Release Manager with min-requests 0) and nothing is rolled back (Flagger 1353, 1035, 1689)', async () => {
    const house = new House(compiled({ whenUndecidable: 'hold' }));
    house.requestsPerMinute = 0;
    await house.pass(600);
    expect(house.rollout).toMatchObject({ sharePercent: 10, status: { type: 'running' } });
  });

  test('traffic that stops in mid-analysis does not advance (Flagger 1011)', async () => {
    const house = new House(compiled({ whenUndecidable: 'hold' }));
    await house.passUntilShare(10);
    house.requestsPerMinute = 0;
    await house.pass(300);
    expect(house.rollout.sharePercent).toBe(10);
  });

  test('an outage of the metrics aborts nothing (Argo Rollouts: five failed queries abort a release)', async () => {
    const house = new House(compiled());
    await house.passUntilShare(10);
    house.metrics = blind;
    await house.pass(60);
    expect(house.rollout.sharePercent).toBe(10);
    expect(house.types).toContain('blind');
    house.metrics = null;
    await house.passUntilEnd();
    expect(house.rollout.status.type).toBe('promoted');
  });

  test('an analysis whose queries never ran does not pass (PipeCD: success when the time is over)', async () => {
    const house = new House(compiled({ whenBlind: { after: '15m', do: 'hold' } }));
    await house.passUntilShare(10);
    house.metrics = blind;
    await house.pass(24 * 60);
    expect(house.rollout.sharePercent).toBe(10);
  });

  test('the first measurement waits for data and for its delay (Argo Rollouts 291, 1360)', async () => {
    const house = new House(compiled());
    await house.passUntilShare(50);
    const [, advanced] = house.rollout.decisions.filter(({ type }) => type === 'advanced');
    expect(advanced?.sentence).toMatch(/\d+ .*requests|of [\d,]+/);
    expect(house.rollout.evidence.total.candidateRequests).toBeGreaterThan(1_000);
  });
});

describe('verdicts', () => {
  test('one failed answer among few does not roll back (Release Manager: one 5xx under 100 requests is above 1 %)', async () => {
    const house = new House(compiled({ whenUndecidable: 'hold' }));
    house.requestsPerMinute = 5;
    await house.passUntilShare(10);
    house.behaviours['web-2'] = { ...healthy, failureRate: 1 };
    await house.pass(2);
    house.behaviours['web-2'] = healthy;
    await house.pass(30);
    expect(isOpen(house.rollout)).toBe(true);
  });

  test('scattered blips do not add up to a rollback (Flagger counts failed checks over the whole rollout)', async () => {
    const house = new House(compiled());
    await house.passUntilShare(10);
    for (let blip = 0; blip < 12 && isOpen(house.rollout); blip += 1) {
      house.behaviours = {
        'web-1': { ...healthy, failureRate: 0.03 },
        'web-2': { ...healthy, failureRate: 0.03 },
      };
      await house.pass(1);
      house.behaviours = {};
      await house.pass(9);
    }
    expect(house.rollout.status.type).not.toBe('rolledBack');
  });

  test('what hits both revisions is not blamed on the release (no baseline in Flagger, Release Manager, Cloud Deploy)', async () => {
    const house = new House(
      compiled({
        gates: { errorRate: { max: '40%', worseThanStableBy: '1%' } },
        rollback: { errorRate: { above: '60%', for: '15m' } },
      }),
    );
    await house.passUntilShare(10);
    const both = { ...healthy, failureRate: 0.2 };
    house.behaviours = { 'web-1': both, 'web-2': both };
    await house.pass(60);
    expect(house.rollout.status.type).not.toBe('rolledBack');
  });

  test('a clear increase of rare errors is seen (Kayenta 674, 426: Mann-Whitney passes it)', async () => {
    const house = new House(compiled());
    house.behaviours = {
      'web-1': { ...healthy, failureRate: 0.0005 },
      'web-2': { ...healthy, failureRate: 0.03 },
    };
    await house.passUntilEnd();
    expect(house.rollout.status.type).toBe('rolledBack');
  });

  test('undecided asks a person and is not repeated into a promotion (Argo Rollouts 3850, 261, 926)', async () => {
    const house = new House(compiled({ whenUndecidable: 'ask' }));
    house.requestsPerMinute = 1;
    await house.passUntilShare(10);
    await house.pass(600);
    expect(house.rollout).toMatchObject({
      sharePercent: 10,
      status: { type: 'paused', cause: 'undecidable' },
    });
    expect(house.types.filter((type) => type === 'paused')).toHaveLength(1);
  });

  test('a rollback names metric, values, sample and chance (Flagger 1815, 1810, 1304; Argo Rollouts 2276; Kayenta 521)', async () => {
    const house = new House(compiled());
    house.behaviours['web-2'] = { ...healthy, failureRate: 0.2 };
    await house.passUntilEnd();
    const { sentence } = house.rollout.decisions.at(-1) ?? { sentence: '' };
    expect(sentence).toMatch(/%/);
    expect(sentence).toMatch(/\d+ of [\d,]+/);
    expect(sentence).toMatch(/1 chance in|above/);
  });
});

describe('the way back', () => {
  const bad = { ...healthy, failureRate: 0.3 };

  test('a failed gate stops the rollout and returns the share to 0 (Argo Rollouts 1411, 4841)', async () => {
    const house = new House(compiled());
    house.behaviours['web-2'] = bad;
    await house.passUntilEnd();
    expect([...house.service.shares(house.nowMs)]).toEqual([['web-1', 100]]);
  });

  test('it goes back while it waits for an approval (Flagger 1801)', async () => {
    const stages = [
      { name: 'smoke', share: 0, hold: '2m' },
      { name: 'canary', share: 10, hold: '30m to 2h' },
      { name: 'full', share: 100, hold: '30m to 2h', approval: 'required' },
    ];
    const house = new House(compiled({ stages }));
    await house.pass(200);
    expect(house.types).toContain('awaitingApproval');
    house.behaviours['web-2'] = bad;
    await house.passUntilEnd(60);
    expect(house.rollout.status.type).toBe('rolledBack');
  });

  test('a rollback by hand in the console is never undone (Release Manager 112)', async () => {
    const house = new House(compiled());
    await house.passUntilEnd();
    expect(house.rollout.status.type).toBe('promoted');
    house.set([{ revision: 'web-1', percent: 100, tag: null }]);
    await house.pass(120);
    expect([...house.service.shares(house.nowMs)]).toEqual([['web-1', 100]]);
    expect(house.rollout.status.type).toBe('promoted');
  });

  test('a rollback by command is never undone, until a person tries again (Release Manager 112, Argo Rollouts 3120)', async () => {
    const house = new House(compiled());
    await house.passUntilShare(10);
    await house.command('rollback');
    await house.pass(120);
    expect([...house.service.shares(house.nowMs)]).toEqual([['web-1', 100]]);
    await restart(house.world, { plan: house.plan, by: 'mia', reason: 'it was the provider' });
    await house.passUntilEnd();
    expect(house.rollout.status.type).toBe('promoted');
  });

  test('from decision to committed rollback it is one write, record and traffic together', async () => {
    const house = new House(compiled());
    await house.passUntilShare(50);
    const before = house.service.state.version;
    house.deliver = () => Promise.reject(new Error('the webhook answered 500'));
    await house.command('rollback');
    const { version, traffic } = house.service.state;
    expect(version - before).toBeLessThanOrEqual(2);
    expect(traffic).toEqual([{ revision: 'web-1', percent: 100, tag: 'stable' }]);
  });

  test('back means the whole way at once, to a revision that serves (Argo Rollouts 3941, 4612)', async () => {
    const house = new House(compiled());
    await house.passUntilShare(50);
    house.behaviours['web-2'] = bad;
    await house.passUntilEnd(30);
    expect(house.rollout.decisions.at(-1)).toMatchObject({ fromPercent: 50, toPercent: 0 });
    expect(house.service.state.traffic[0]).toMatchObject({ revision: 'web-1', percent: 100 });
  });

  test('a revision that never comes up ends the rollout (Argo Rollouts 4128)', async () => {
    const house = new House(compiled());
    house.deploy('web-3', false);
    await house.passUntilEnd();
    expect(house.rollout).toMatchObject({ candidate: 'web-3', status: { type: 'rolledBack' } });
  });
});

describe('state', () => {
  test('a failed release does not wedge the next one (devantler-tech/platform 2387)', async () => {
    const house = new House(compiled());
    house.behaviours['web-2'] = { ...healthy, failureRate: 0.5 };
    await house.passUntilEnd();
    house.deploy('web-3');
    await house.pass(1);
    expect(house.rollout).toMatchObject({ candidate: 'web-3', status: { type: 'running' } });
    await house.passUntilEnd();
    expect(house.rollout.status.type).toBe('promoted');
  });

  test('failures and holds survive a restart of the controller (PipeCD loses its failure count)', async () => {
    const house = new House(compiled());
    house.smokePasses = false;
    await house.pass(2);
    expect(house.rollout.smokeFailures).toBe(1);
    // Every step reads its state from the service alone, as a new process does.
    await house.pass(1);
    expect(house.rollout.status).toMatchObject({
      type: 'rolledBack',
      reason: 'smoke checks failed',
    });
  });

  test('passed smoke checks are not run again (Flagger 1251)', async () => {
    const house = new House(compiled());
    await house.passUntilEnd();
    expect(house.smokeRuns).toHaveLength(1);
  });

  test('a newer revision replaces the candidate openly, at 0 % first (Release Manager: silently)', async () => {
    const house = new House(compiled());
    await house.passUntilShare(10);
    house.deploy('web-3');
    await house.pass(1);
    expect(house.rollout.status).toMatchObject({ type: 'superseded', revision: 'web-3' });
    expect([...house.service.shares(house.nowMs)]).toEqual([['web-1', 100]]);
  });

  test('traffic pinned by an earlier rollback is said before the rollout begins (fullsend 6945)', async () => {
    const house = new House(compiled());
    await house.pass(1);
    expect(house.rollout.decisions.map(({ sentence }) => sentence).join(' ')).toMatch(/pinned/);
  });

  test('an approval is asked for once, and good once given (Flagger 1468, 1141, 738)', async () => {
    const stages = [
      { name: 'smoke', share: 0, hold: '2m' },
      { name: 'canary', share: 10, hold: '30m to 2h' },
      { name: 'full', share: 100, hold: '30m to 2h', approval: 'required' },
    ];
    const house = new House(compiled({ stages }));
    await house.pass(200);
    expect(house.types.filter((type) => type === 'awaitingApproval')).toHaveLength(1);
    await house.command('approve');
    await house.pass(1);
    expect(house.rollout.sharePercent).toBe(100);
    expect(house.rollout.decisions.find(({ type }) => type === 'approved')).toMatchObject({
      by: 'mia',
    });
  });
});

describe('notifications', () => {
  test('a person’s rollback is told of (Argo Rollouts 3721), and every decision once where deliveries work (2556, Flagger 1515)', async () => {
    const house = new House(compiled());
    await house.passUntilShare(10);
    await house.command('rollback');
    const seq = house.rollout.seq;
    const told = house.delivered.filter((key) => key.endsWith('/journal'));
    expect(told).toContain(`${house.rollout.id}/${seq}/journal`);
    expect(new Set(told).size).toBe(told.length);
    expect(told).toHaveLength(seq);
  });

  test('a failing channel delays no decision and loses nothing (Flagger 1663)', async () => {
    const house = new House(compiled());
    house.deliver = () => Promise.reject(new Error('the webhook answered 500'));
    await house.passUntilShare(50);
    house.deliver = () => Promise.resolve();
    await house.passUntilEnd();
    await house.pass(120);
    const told = new Set(house.delivered.filter((key) => key.endsWith('/journal')));
    expect(told.size).toBe(house.rollout.seq);
  });
});

describe('documentation and code say the same', () => {
  test('what the plan leaves out has one documented value (Release Manager and PipeCD: documentation and code differ)', () => {
    const { gates, whenUndecidable, whenBlind } = compiled();
    expect(gates.risk).toEqual({ falseRollback: 0.01, missedRegression: 0.1 });
    expect([whenUndecidable, whenBlind]).toEqual(['ask', { afterMs: 900_000, then: 'hold' }]);
  });

  test('a gate that cannot be read is an error, never a pass (Kayenta: a judge that throws scores 100)', () => {
    const result = compilePlan({ gates: { errorRat: { max: '1%' } } });
    expect(result.type).toBe('faults');
  });
});

describe('what the plan says is what counts', () => {
  test('smoke checks end a rollout at the second failure in a row, as documented (Argo Rollouts: failureLimit 3 takes four)', async () => {
    const house = new House(compiled());
    house.smokePasses = false;
    await house.passUntilEnd();
    expect(house.rollout.status.type).toBe('rolledBack');
    expect(house.smokeRuns).toHaveLength(2);
  });

  test('a plan without a gate is refused (Argo Rollouts: no condition is Successful, documented as Inconclusive)', () => {
    const base = { service: 'web', platform: { local: { url: 'http://127.0.0.1:8080' } } };
    expect(compilePlan({ ...base, gates: {} })).toMatchObject({
      faults: [{ path: 'gates', message: expect.stringContaining('at least one gate') as string }],
    });
  });

  test('the accepted risk decides when it goes back (Kayenta: tolerance and confidence are injected and never used)', async () => {
    const endOf = async (falseRollback: string): Promise<number> => {
      const house = new House(compiled({ risk: { falseRollback }, rollback: {} }));
      house.behaviours['web-2'] = { ...healthy, failureRate: 0.05 };
      await house.passUntilEnd();
      expect(house.rollout.status.type).toBe('rolledBack');
      return house.nowMs;
    };
    expect(await endOf('40%')).toBeLessThan(await endOf('0.001%'));
  });

  test('a candidate worse by more than allowed is not healthy (Kayenta 744: 12.5 % passes an allowed 10 %)', async () => {
    const house = new House(compiled({ whenUndecidable: 'hold' }));
    house.behaviours['web-2'] = { ...healthy, failureRate: 0.02 };
    await house.pass(300);
    expect(house.rollout.sharePercent).toBeLessThanOrEqual(10);
  });
});

describe('what was measured is what is judged', () => {
  test('errors in bursts are errors (Kayenta 619, 420: removed as outliers; 6278: 7 of 10 bad points pass)', async () => {
    const house = new House(compiled({ whenUndecidable: 'hold' }));
    await house.passUntilShare(10);
    for (let burst = 0; burst < 12 && isOpen(house.rollout); burst += 1) {
      house.behaviours['web-2'] = { ...healthy, failureRate: 0.4 };
      await house.pass(1);
      house.behaviours['web-2'] = { ...healthy, failureRate: 0 };
      await house.pass(9);
    }
    expect(house.rollout.sharePercent).toBeLessThanOrEqual(10);
    expect(house.types).not.toContain('promoted');
  });

  test('the stable revision’s good numbers say nothing about the candidate (Argo Rollouts 1700)', async () => {
    const house = new House(compiled({ whenUndecidable: 'hold' }));
    await house.passUntilShare(10);
    for (let minute = 0; minute < 120; minute += 1) {
      const endMs = Math.floor(house.nowMs / MINUTE) * MINUTE;
      const point = { revision: 'web-1', requests: 600, errors: 0, latency: null };
      house.metrics = {
        type: 'points',
        points: [{ ...point, startMs: endMs - MINUTE, endMs }],
        youngestTrustedMs: endMs,
      };
      await house.pass(1);
    }
    expect(house.rollout.sharePercent).toBe(10);
  });
});

describe('several controllers', () => {
  test('at once make every decision once, an old leader beside a new one too (Argo Rollouts 2117, Flagger 445, 1248)', async () => {
    const house = new House(compiled());
    const options = { plan: house.plan, by: 'ascent' };
    for (let minute = 0; minute < 300; minute += 1) {
      house.nowMs += MINUTE;
      house.users.serve(house.nowMs, house.service.shares(house.nowMs - 1));
      await Promise.all(Array.from({ length: 3 }, () => tick({ ...house.world }, options)));
    }
    expect(house.rollout.status.type).toBe('promoted');
    expect(house.types.filter((type) => type === 'advanced')).toHaveLength(3);
    const ids = house.rollout.decisions.map(({ seq }) => seq);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('come to the same, whether they stay or start anew at every look (PipeCD forgets, Flagger asks one pod)', async () => {
    const records: string[] = [];
    for (const stays of [true, false]) {
      const house = new House(compiled());
      for (let minute = 0; minute < 90; minute += 1) {
        house.nowMs += MINUTE;
        house.users.serve(house.nowMs, house.service.shares(house.nowMs - 1));
        const world = stays ? house.world : { ...house.world };
        await tick(world, { plan: house.plan, by: 'ascent' });
      }
      records.push(house.service.state.record ?? '');
    }
    expect(records[0]).toBe(records[1]);
    expect(records[0]).toContain('"advanced"');
  });

  test('a person ends what was left undecided (Argo Rollouts 3015: stuck after promoting past it)', async () => {
    const house = new House(compiled({ whenUndecidable: 'ask' }));
    house.requestsPerMinute = 1;
    await house.passUntilShare(10);
    await house.pass(200);
    expect(house.rollout.status).toMatchObject({ type: 'paused', cause: 'undecidable' });
    await house.command('promote');
    await house.pass(5);
    expect(house.rollout.status.type).toBe('promoted');
    expect([...house.service.shares(house.nowMs)]).toEqual([['web-2', 100]]);
  });
});
