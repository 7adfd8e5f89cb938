/** Alerts while nothing is rolled out: the stability week. */
import {
  compilePlan,
  isOpen,
  readRecord,
  type RolloutRecord,
  type TrafficPoint,
} from '@ascent/core';
import { describe, expect, test } from 'vitest';
import { MemoryService, memoryWorld } from '../test/memory-service.js';
import { act, silence } from './act.js';
import { ControllerMetrics } from './controller-metrics.js';
import { look, tick } from './tick.js';
import { createTurnLog } from './turn-log.js';
import type { World } from './world.js';

const MINUTE = 60_000;
const START = 1_800_000_000_000;

const compiled = compilePlan({
  service: 'web',
  platform: { local: { url: 'http://127.0.0.1:8080' } },
  metrics: { cloudMonitoring: { samplePeriod: '60s', visibilityDelay: '0s' } },
  notify: { slack: '${SLACK_WEBHOOK_URL}' },
});
if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
const { plan } = compiled;

/** A service that serves from `web-1`, looked at once a minute. */
class Week {
  nowMs = START;
  failureRate = 0;
  /** Whether deliveries arrive. */
  works = true;
  readonly service = new MemoryService();
  readonly told: string[] = [];
  readonly #points: TrafficPoint[] = [];
  readonly world: World;

  constructor() {
    this.service.latest = 'web-1';
    this.world = memoryWorld(this.service, {
      now: () => this.nowMs,
      metrics: {
        read: ({ afterMs, revisions }) =>
          Promise.resolve({
            type: 'points',
            points: this.#points.filter(
              ({ endMs, revision }) => endMs > afterMs && revisions.includes(revision),
            ),
            youngestTrustedMs: this.nowMs,
          }),
      },
      deliver: (effect) => {
        if (!this.works) return Promise.reject(new Error('the channel answered 500'));
        if (effect.type !== 'archive') this.told.push(`${effect.type} ${effect.decision.type}`);
        return Promise.resolve();
      },
    });
  }

  get record(): RolloutRecord {
    return readRecord(this.service.record ?? '');
  }

  get revision(): string {
    return this.service.traffic.find(({ percent }) => percent === 100)?.revision ?? 'web-1';
  }

  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      this.nowMs += MINUTE;
      const { revision } = this;
      const errors = 100 * this.failureRate;
      const span = { startMs: this.nowMs - MINUTE, endMs: this.nowMs };
      this.#points.push({ revision, ...span, requests: 100, errors, latency: null });
      await tick(this.world, { plan, by: 'ascent' });
    }
  }

  /** What was told since the last time it was asked. */
  news(): readonly string[] {
    return this.told.splice(0);
  }
}

const fired = ['journal alertFired', 'notify alertFired'];

describe('alerts in the stability week', () => {
  test('fire, are said again, and resolve, with the traffic left alone', async () => {
    const week = new Week();
    await week.pass(10);
    expect(week.news()).toEqual([]);
    const { traffic } = week.service;
    week.failureRate = 0.2;
    await week.pass(5);
    expect(week.news()).toEqual(fired);
    expect(week.record.watch).toMatchObject({
      alerts: { firing: [{ rule: 'high-error-rate', revision: 'web-1' }] },
      news: [
        {
          sentence: expect.stringContaining(
            'web-1 is 20 % and has been above 5 % for 5m',
          ) as string,
        },
      ],
      outbox: [],
    });
    await week.pass(239);
    expect(week.news()).toEqual([]);
    await week.pass(1);
    expect(week.news()).toEqual(['journal alertRepeated', 'notify alertRepeated']);
    week.failureRate = 0;
    await week.pass(5);
    expect(week.news()).toEqual(['journal alertResolved', 'notify alertResolved']);
    expect(week.service.traffic).toEqual(traffic);
  });

  test('cost no write while nothing becomes of them', async () => {
    const week = new Week();
    await week.pass(3);
    const { writes } = week.service;
    await week.pass(60);
    expect(week.service.writes).toBe(writes);
  });

  test('are written down and told to nobody while a person silences them', async () => {
    const week = new Week();
    await week.pass(1);
    const outcome = await silence(week.world, {
      by: 'mia',
      rule: 'high-error-rate',
      forMs: 3_600_000,
    });
    expect(outcome.record.watch?.alerts.silences).toMatchObject([{ by: 'mia' }]);
    week.failureRate = 0.2;
    await week.pass(6);
    expect(week.news()).toEqual(['journal alertFired']);
    expect(week.record.watch?.news[0]?.sentence).toContain('It is silenced.');
    await expect(
      silence(week.world, { by: 'mia', rule: 'high-tide', forMs: 1 }),
    ).rejects.toMatchObject({ code: 'ASC_UNKNOWN_ALERT' });
  });

  test('that could not be told are told later, by the same keys', async () => {
    const week = new Week();
    await week.pass(1);
    week.works = false;
    week.failureRate = 0.2;
    await week.pass(5);
    const waiting = week.record.watch?.outbox.map(({ key }) => key);
    expect(waiting).toEqual([
      expect.stringMatching(/^web-1@\d+\/1\/journal$/),
      expect.stringMatching(/^web-1@\d+\/1\/slack$/),
    ]);
    expect(week.news()).toEqual([]);
    week.works = true;
    await week.pass(3);
    expect(week.news()).toEqual(fired);
    expect(week.record.watch?.outbox).toEqual([]);
  });

  test('stand in the log once, and in the controller’s own metrics while they fire', async () => {
    const week = new Week();
    await week.pass(1);
    week.failureRate = 0.2;
    const lines: string[] = [];
    const log = createTurnLog('web', { write: (line) => lines.push(line) });
    const metrics = new ControllerMetrics('web', () => week.nowMs);
    for (let minute = 0; minute < 7; minute += 1) {
      await week.pass(1);
      const turn = { type: 'stepped', report: await look(week.world) } as const;
      log(turn);
      metrics.observe(turn);
    }
    expect(lines.filter((line) => line.includes('alertFired'))).toHaveLength(1);
    expect(await metrics.text()).toMatch(/ascent_alert_firing\{.*rule="high-error-rate".*\} 1/);
  });

  test('go on in the next rollout, and from there back into the week after it', async () => {
    const week = new Week();
    await week.pass(1);
    week.failureRate = 0.2;
    await week.pass(5);
    expect(week.news()).toEqual(fired);
    week.service.latest = 'web-2';
    await week.pass(1);
    expect(week.record.rollout?.alerts.firing).toMatchObject([{ rule: 'high-error-rate' }]);
    expect(week.record.watch).toBeUndefined();
    await act(week.world, { type: 'abort', by: 'mia', reason: 'not now' });
    week.news();
    week.failureRate = 0;
    await week.pass(6);
    expect(week.record.rollout !== null && isOpen(week.record.rollout)).toBe(false);
    expect(week.news()).toEqual(['journal alertResolved', 'notify alertResolved']);
    expect(week.record.watch?.alerts.firing).toEqual([]);
  });
});
