import { describe, expect, test } from 'vitest';
import { createPrng } from '@ascent/stats';
import { compiled, plan, planInput, World } from '../../test/rollout-world.js';
import { advance } from '../steps/advance.js';
import { AscentError } from '../errors.js';
import { readRecord, writeRecord } from './record.js';
import type { RolloutRecord } from './rollout.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A record in the middle of a rollout, with something in every list. */
function fullRecord(): RolloutRecord {
  const full = compiled({
    ...planInput,
    stages: planInput.stages.map((stage) =>
      stage.name === 'canary' ? { ...stage, spotChecks: 1 } : stage,
    ),
    gates: { ...planInput.gates, latencyP95: { max: '5s', worseThanStableBy: '25%' } },
    notify: { slack: '${SLACK}', email: ['oncall@example.com'] },
    scenarios: { checks: [{ name: 'chat', path: '/api/chat' }] },
  });
  const world = new World(full);
  world.passUntilStage('canary');
  world.pass(30);
  world.command('approve');
  world.command('tickOff', 'mia', 'a trip');
  return world.record;
}

function unreachable(): never {
  throw new Error('the record has no rollout');
}

function codeOf(text: string): unknown {
  try {
    readRecord(text);
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

/** Every way into `value`, but for what the evidence keeps inside of itself. */
function pathsIn(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  if (path.join('.') === 'rollout.evidence') return [path];
  const own = path.length === 0 ? [] : [path];
  if (typeof value !== 'object' || value === null) return own;
  return [
    ...own,
    ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key])),
  ];
}

/** `value` with what is at `path` replaced, or taken out. */
function damaged(value: Json, path: readonly string[], by: Json | undefined): Json {
  const [key = '', ...rest] = path;
  const copy = structuredClone(value) as Record<string, Json> | Json[];
  const inside = copy as Record<string, Json>;
  if (rest.length > 0) inside[key] = damaged(inside[key] ?? null, rest, by);
  else if (by !== undefined) inside[key] = by;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else Reflect.deleteProperty(inside, key);
  return copy;
}

describe('a record', () => {
  test('is read as it was written', () => {
    const record = fullRecord();
    expect(readRecord(writeRecord(record))).toEqual(record);
  });

  test('of an Ascent that kept less is gone on from', () => {
    const record = fullRecord();
    const rollout = record.rollout ?? unreachable();
    const { errors } = rollout.evidence;
    const older = {
      ...record,
      rollout: {
        ...rollout,
        evidence: {
          ...rollout.evidence,
          errors: {
            ...errors,
            limit: { test: errors.limit.test, watch: errors.limit.watch },
            safety: errors.safety.map(({ difference, test: beside }) => ({
              difference,
              test: beside,
            })),
          },
          latency: { limit: { test: errors.limit.test, watch: errors.limit.watch } },
        },
      },
    };
    const read = readRecord(JSON.stringify(older));
    const next = read.rollout?.evidence.errors;
    expect(next?.limit.ofLate.stable.requests).toBe(0);
    expect(next?.limit.test).toEqual(errors.limit.test);
    expect(next?.safety[0]?.aloneLogE).toBe(0);
    expect(read.rollout?.evidence.latency?.limit.ofLate).toBeDefined();
    expect(Object.keys(read.rollout?.evidence ?? {}).toSorted()).toEqual(
      Object.keys(rollout.evidence).toSorted(),
    );
  });

  test.each(['', '{', 'null', '[]', '7', '"x"', '{}', '{"version":1}'])(
    'that is %j is refused with the remedy',
    (text) => {
      expect(codeOf(text)).toBe('ASC_RECORD_UNREADABLE');
      expect(() => readRecord(text)).toThrow('from the journal, or remove it');
    },
  );

  test('of a newer Ascent is left to it', () => {
    expect(codeOf('{"version":2}')).toBe('ASC_RECORD_TOO_NEW');
  });

  test.each([
    ['a stage that the plan does not have', { stageIndex: 9 }, 'rollout.stageIndex'],
    ['a share beyond all', { sharePercent: 137 }, 'rollout.sharePercent'],
    [
      'a share after a rollback',
      { status: { type: 'rolledBack', atMs: 1, reason: '' } },
      'rollout.sharePercent',
    ],
    ['a candidate that is the stable revision', { candidate: 'web-1' }, 'rollout.candidate'],
    ['decisions that do not add up', { seq: 99 }, 'rollout.seq'],
  ])('with %s is refused at that place', (_what, change, place) => {
    const record = fullRecord();
    const text = JSON.stringify({ ...record, rollout: { ...record.rollout, ...change } });
    expect(() => readRecord(text)).toThrow(place);
  });

  test('that is cut short anywhere is refused', () => {
    const text = writeRecord(fullRecord());
    const prng = createPrng(3);
    for (let cut = 0; cut < 200; cut += 1) {
      expect(codeOf(text.slice(0, Math.floor(prng.uniform() * text.length)))).toBe(
        'ASC_RECORD_UNREADABLE',
      );
    }
  });

  test('damaged in any one place is refused, or what is decided on it is still a rollout', () => {
    const record = JSON.parse(writeRecord(fullRecord())) as Json;
    const world = new World(plan);
    const look = {
      type: 'observed',
      readings: [],
      view: world.view(),
      metrics: { type: 'unavailable', reason: 'away' },
      utilization: { type: 'points', points: [] },
      smoke: null,
    } as const;
    const damages = [undefined, null, -1, 'x', {}, []] as const;
    const prng = createPrng(9);
    let refused = 0;
    const paths = pathsIn(record);
    for (const path of paths) {
      for (let draw = 0; draw < 2; draw += 1) {
        const by = damages[Math.floor(prng.uniform() * damages.length)];
        const text = JSON.stringify(damaged(record, path, by as Json | undefined));
        let read: RolloutRecord;
        try {
          read = readRecord(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AscentError);
          refused += 1;
          continue;
        }
        if (read.rollout === null) continue;
        const step = advance(read.plan, read.rollout, { ...look, nowMs: world.nowMs + 60_000 });
        expect([0, 10, 50, 100], `${path.join('.')} = ${JSON.stringify(by)}`).toContain(
          step.rollout.sharePercent,
        );
      }
    }
    expect(refused).toBeGreaterThan(paths.length / 2);
  });

  test('in the middle of a rollout stays well under the platform’s limit', () => {
    expect(writeRecord(fullRecord()).length).toBeLessThan(100 * 1_024);
  });
});
