import { describe, expect, test } from 'vitest';
import { compiled, planInput, SECOND, World } from '../../test/rollout-world.js';
import { dueEntries, post } from './outbox.js';
import type { Effect, OutboxEntry } from '../record/rollout.js';

const told = compiled({
  ...planInput,
  notify: {
    page: 'https://ascent.example.com/',
    slack: '${SLACK_WEBHOOK_URL}',
    email: ['oncall@example.com'],
    webhook: { url: 'https://example.com/hook', secret: '${HOOK_SECRET}' },
  },
});

function notices(world: World): readonly OutboxEntry[] {
  return world.rollout.outbox.filter(({ type }) => type === 'notify');
}

describe('a decision that people are told of', () => {
  test('puts one message for each channel into the same state', () => {
    const world = new World(told);
    expect(notices(world).map(({ key }) => key.split('/')[2])).toEqual([
      'slack',
      'email',
      'webhook',
    ]);
    world.command('rollback');
    expect(notices(world)).toHaveLength(6);
  });

  test('holds no secret and no way to one but its name', () => {
    const world = new World(told);
    expect(JSON.stringify(world.record)).toContain('"env":"SLACK_WEBHOOK_URL"');
  });
});

describe('an effect that could not be delivered', () => {
  test('is due again after 10 s, then ever more rarely, at most an hour later', () => {
    const world = new World(told);
    const key = notices(world)[0]?.key ?? '';
    const waits: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) {
      world.send({ type: 'delivered', nowMs: world.nowMs, keys: [], failed: [key] });
      const entry = world.rollout.outbox.find((one) => one.key === key);
      waits.push(((entry?.dueMs ?? 0) - world.nowMs) / SECOND);
      world.nowMs = entry?.dueMs ?? 0;
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600, 3_600]);
  });

  test('is not due meanwhile, and a second report of the same failure does not put it off again', () => {
    const world = new World(told);
    const key = notices(world)[0]?.key ?? '';
    const failure = { type: 'delivered', nowMs: world.nowMs, keys: [], failed: [key] } as const;
    world.send(failure);
    const once = world.rollout.outbox;
    world.send(failure);
    expect(world.rollout.outbox).toEqual(once);
    expect(dueEntries(world.record, world.nowMs).map((entry) => entry.key)).not.toContain(key);
  });

  test('is given up after a day where it was a message, and never where it was the journal', () => {
    const world = new World(told);
    const failed = world.rollout.outbox.map(({ key }) => key);
    for (let tries = 0; tries < 40; tries += 1) {
      world.send({ type: 'delivered', nowMs: world.nowMs, keys: [], failed });
      world.nowMs += 3_600 * SECOND;
    }
    expect(new Set(world.rollout.outbox.map(({ type }) => type))).toEqual(new Set(['journal']));
  });
});

test('keys that are not there change nothing and are not written', () => {
  const world = new World(told);
  const event = { type: 'delivered', nowMs: world.nowMs, keys: ['x'], failed: ['y'] } as const;
  expect(world.send(event).persist).toBe(false);
});

test('an outbox that nobody empties stays small', () => {
  const decision = { seq: 1 } as Extract<Effect, { type: 'journal' }>['decision'];
  let outbox: readonly OutboxEntry[] = [];
  for (let index = 0; index < 200; index += 1) {
    outbox = post(
      outbox,
      [
        { key: `j${index}`, type: 'journal', decision },
        { key: `n${index}`, type: 'notify', channel: 'slack', decision },
      ],
      index,
    );
  }
  expect(outbox.length).toBe(70);
  expect(outbox.at(-1)?.key).toBe('n199');
});

describe('alerts of a rollout', () => {
  const alerting = compiled({
    ...planInput,
    metrics: { cloudMonitoring: { samplePeriod: '1s', visibilityDelay: '0s' } },
    rollback: { errorRate: { above: '90%', for: '10m' } },
    gates: { errorRate: { max: '80%', worseThanStableBy: '80%' } },
    alerts: [
      {
        name: 'errors',
        metric: 'errorRate',
        above: '5%',
        for: '10s',
        severity: 'critical',
        channels: ['slack'],
      },
    ],
    notify: { slack: '${SLACK_WEBHOOK_URL}', email: ['oncall@example.com'] },
  });

  test('are told through the channels that their rule names, and stand in the audit log', () => {
    const world = new World(alerting);
    world.passUntilStage('canary');
    world.failureRates = { 'web-2': 0.3 };
    world.pass(30);
    expect(world.rollout.alerts.firing).toMatchObject([{ rule: 'errors', revision: 'web-2' }]);
    const decision = world.rollout.decisions.find(({ type }) => type === 'alertFired');
    const messages = notices(world).filter(({ key }) => key.includes(`/${decision?.seq}/`));
    expect(messages.map(({ key }) => key.split('/')[2])).toEqual(['slack']);
  });

  test('are silenced by a person, and an unknown one is named', () => {
    const world = new World(alerting);
    const wish = {
      type: 'silence',
      nowMs: world.nowMs,
      by: 'mia',
      untilMs: world.nowMs + 1,
    } as const;
    world.send({ ...wish, rule: 'errors' });
    expect(world.rollout.alerts.silences).toHaveLength(1);
    expect(() => world.send({ ...wish, rule: 'disk' })).toThrow('The plan has no alert "disk"');
  });
});
