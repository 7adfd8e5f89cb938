import { describe, expect, test } from 'vitest';
import type { Decision, Rollout, RolloutPlan, Stage } from '@ascent/core';
import { allotWidths, timeScale } from './profile-scale.js';
import { profileOf } from './profile.js';

const MINUTE_MS = 60_000;
const stage = (name: string, sharePercent: number, holdMinMs: number): Stage =>
  ({ name, sharePercent, holdMinMs, holdMaxMs: 2 * holdMinMs }) as Stage;

const plan = {
  stages: [
    stage('smoke', 0, MINUTE_MS),
    stage('canary', 10, 4 * MINUTE_MS),
    stage('full', 100, 10 * MINUTE_MS),
  ],
} as unknown as RolloutPlan;

const decision = (seq: number, fields: Partial<Decision>): Decision =>
  ({
    seq,
    atMs: 0,
    type: 'started',
    stage: 'smoke',
    fromPercent: 0,
    toPercent: 0,
    ...fields,
  }) as Decision;

const atCanary = {
  startedMs: 1_000,
  stageIndex: 1,
  sharePercent: 10,
  stageEnteredMs: 61_000,
  stageSettledMs: 61_000,
  status: { type: 'running' },
  approvals: [],
  decisions: [
    decision(1, { atMs: 1_000 }),
    decision(2, { atMs: 61_000, type: 'advanced', stage: 'canary', toPercent: 10 }),
  ],
} as unknown as Rollout;

describe('the profile of an open rollout', () => {
  const profile = profileOf(plan, atCanary, 121_000);

  test('shows what was, up to now', () => {
    expect(profile.past).toEqual([
      { atMs: 1_000, sharePercent: 0 },
      { atMs: 61_000, sharePercent: 10 },
      { atMs: 121_000, sharePercent: 10 },
    ]);
  });

  test('shows what comes at the earliest', () => {
    expect(profile.future).toEqual([
      { atMs: 121_000, sharePercent: 10 },
      { atMs: 301_000, sharePercent: 100 },
      { atMs: 901_000, sharePercent: 100 },
    ]);
  });

  test('shows between which times the stop may end', () => {
    expect(profile.window).toEqual({ fromMs: 301_000, untilMs: 541_000 });
  });

  test('moves the way ahead along when the least hold is over and the gates are undecided', () => {
    const late = profileOf(plan, atCanary, 501_000);
    expect(late.stops.map(({ state, fromMs }) => [state, fromMs])).toEqual([
      ['done', 1_000],
      ['here', 61_000],
      ['ahead', 501_000],
    ]);
  });
});

describe('the profile of a rollout that ended', () => {
  test('ends at the bottom where it was rolled back', () => {
    const back = decision(3, { atMs: 121_000, type: 'rolledBack', fromPercent: 10, toPercent: 0 });
    const rollout = {
      ...atCanary,
      status: { type: 'rolledBack', atMs: 121_000, reason: 'unhealthy' },
      sharePercent: 0,
      decisions: [...atCanary.decisions, back],
    } as Rollout;
    const profile = profileOf(plan, rollout, 999_000);
    expect(profile.stops.map(({ state }) => state)).toEqual(['done', 'left']);
    expect(profile.past.at(-2)).toEqual({ atMs: 121_000, sharePercent: 0 });
    expect(profile.future).toEqual([]);
  });

  test('bridges stages whose decisions were dropped from the record', () => {
    const rollout = {
      ...atCanary,
      stageIndex: 2,
      stageEnteredMs: 401_000,
      sharePercent: 100,
      status: { type: 'promoted', atMs: 901_000 },
      decisions: [],
    } as unknown as Rollout;
    expect(profileOf(plan, rollout, 901_000).stops.map(({ fromMs }) => fromMs)).toEqual([
      1_000, 201_000, 401_000,
    ]);
  });
});

describe('the time axis', () => {
  test('gives every stop its least width and the rest in proportion', () => {
    expect(allotWidths([1, 1, 98], 0.1)).toEqual([0.1, 0.1, 0.8]);
    expect(allotWidths([30, 70], 0.1)).toEqual([0.3, 0.7]);
  });

  test('is even where there are too many stops for the least width', () => {
    expect(allotWidths([1, 2, 3, 4], 0.3)).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  test('never runs backwards, and spans the whole width', () => {
    const profile = profileOf(plan, atCanary, 121_000);
    const scale = timeScale(profile, 0.2);
    const places = Array.from({ length: 91 }, (_, step) => scale(1_000 + step * 10_000));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBeCloseTo(1, 9);
  });
});
