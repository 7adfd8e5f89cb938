import { describe, expect, it } from 'vitest';
import * as stats from './index.js';

const { latencyBets } = stats;
const firstBet = latencyBets[0] ?? { type: 'shift', logOdds: 0.3, weight: 1 };
const noNumbers = [NaN, -1, 1.5, Infinity];
const walk = { drift: 1, variance: 1, height: 1 };
const block = { candidateRequests: 10, stableRequests: 90, candidateErrors: 2, stableErrors: 1 };
const options = { shape: stats.exactNull, logThreshold: null };
/** What JSON makes of a number that is none. */
const nothing = JSON.parse('null') as number;

/** Calls that must be refused, by what is wrong with them. */
const refused: readonly (readonly [string, () => unknown])[] = [
  [
    'a promotion test that holds NaN',
    () => stats.updateSafety({ ...stats.startSafety(), logE: NaN }, block, 0.01),
  ],
  [
    'a promotion test with more errors than requests',
    () =>
      stats.updateSafetyAlone(
        0,
        { requests: 1, errors: 0 },
        { past: { ...stats.startSafety(), pastStableErrors: 1 }, limit: 0.1 },
      ),
  ],
  [
    'a promotion test alone that holds NaN',
    () =>
      stats.updateSafetyAlone(
        NaN,
        { requests: 1, errors: 0 },
        { past: stats.startSafety(), limit: 0.1 },
      ),
  ],
  ['a stable watch that holds NaN', () => stats.isStableAlarmed({ logBets: [NaN, 0, 0, 0, 0] })],
  ['less than no requests', () => stats.fadeStableWatch(stats.startStableWatch(), -1)],
  ...noNumbers.flatMap((wrong): readonly (readonly [string, () => unknown])[] => [
    [
      `a candidate's bucket of ${wrong}`,
      () =>
        stats.updateLatency(stats.startLatency([50, 50]), {
          candidate: [wrong, 5],
          stable: [9, 9],
        }),
    ],
    [
      `a stable bucket of ${wrong}`,
      () =>
        stats.updateLatency(stats.startLatency([50, 50]), {
          candidate: [5, 5],
          stable: [wrong, 9],
        }),
    ],
  ]),
  ...[NaN, -1, Infinity].flatMap((wrong): readonly (readonly [string, () => unknown])[] => [
    [`a latency weight of ${wrong}`, () => stats.latencyLogRatios([wrong, 1], firstBet)],
    [`a forecast bucket of ${wrong}`, () => latencyWalk({ stable: [wrong, 1] })],
    [`odds of ${wrong}`, () => stats.scaleOdds(0.1, wrong)],
    [`a height of ${wrong}`, () => stats.limitWalk({ rate: 0.1, limit: 0.01, height: wrong })],
    [`a drift of ${wrong}`, () => stats.passageMean({ ...walk, drift: wrong })],
    [`a variance of ${wrong}`, () => stats.passageQuantile({ ...walk, variance: wrong }, 0.5)],
    [`a rate of ${wrong}`, () => stats.scaleOdds(wrong, 2)],
    [`a divergence from ${wrong}`, () => stats.divergence(wrong, 0.5)],
    [`a divergence to ${wrong}`, () => stats.divergence(0.5, wrong)],
  ]),
  ['a histogram of zeros', () => latencyWalk({ candidate: [0, 0] })],
  ['weights of zeros', () => stats.latencyLogRatios([0, 0], firstBet)],
  ['a budget of nothing', () => latencyWalk({ weight: 0 })],
  ['a divergence to what never happens', () => stats.divergence(0.5, 0)],
  ['a rate of 1, whose odds are endless', () => stats.scaleOdds(1, 2)],
  [
    'a difference beyond every rate',
    () => stats.safetyWalk({ rate: 0.6, difference: 0.5, share: 0.1, risk: 0.1 }),
  ],
  ['evidence that is no number', () => stats.combineEvidence([{ weight: 1, logE: NaN }])],
  ['an endless weight', () => stats.combineEvidence([{ weight: Infinity, logE: 1 }])],
  ['a crossing of no number', () => stats.reachesRisk(NaN, 0.01)],
  ['a limit that cannot be told from 1', () => absolute(1 - 1e-15, 5)],
  ['a threshold that is no number', () => absolute(0.01, NaN)],
  [
    'a relative threshold that is no number',
    () =>
      stats.updateRelativeError(stats.startRelativeError(), block, {
        ...options,
        logThreshold: NaN,
      }),
  ],
  ...[NaN, nothing].flatMap((wrong): readonly (readonly [string, () => unknown])[] => [
    [
      `a relative state with ${wrong}`,
      () =>
        stats.updateRelativeError({ logBets: [wrong, 0, 0, 0, 0], logBoost: 0 }, block, options),
    ],
    [
      `a boost of ${wrong}`,
      () =>
        stats.updateAbsoluteError(
          { ...stats.startAbsoluteError(), logBoost: wrong },
          { requests: 1, errors: 0 },
          { limit: 0.01, logThreshold: null },
        ),
    ],
  ]),
  [
    'a latency state with other bets',
    () =>
      stats.updateLatency(
        { logBets: [0], stableHistory: [50, 50] },
        { candidate: [1, 1], stable: [1, 1] },
      ),
  ],
  [
    'more outcomes than can be worked out',
    () => stats.marginNull({ candidateRequests: 1e9, stableRequests: 1e9, errors: 1e9 }),
  ],
];

function latencyWalk(wrong: object) {
  const scenario = { stable: [5, 1], candidate: [1, 3], share: 0.1, risk: 0.01, weight: 0.3 };
  return stats.latencyWalk({ ...scenario, ...wrong });
}

function absolute(limit: number, logThreshold: number | null) {
  const sample = { requests: 10, errors: 1 };
  return stats.updateAbsoluteError(stats.startAbsoluteError(), sample, { limit, logThreshold });
}

describe('outside its domain', () => {
  it.each(refused)('the room refuses %s', (_, call) => {
    expect(call).toThrow(stats.DomainError);
  });

  it('no evidence at all is still evidence', () => {
    expect(stats.combineEvidence([{ weight: 1, logE: -Infinity }])).toBe(-Infinity);
    expect(stats.reachesRisk(-Infinity, 0.01)).toBe(false);
  });

  it('a billion requests in one interval are judged without working out every outcome', () => {
    const sample = { requests: 1e9, errors: 1e7 };
    const start = stats.startAbsoluteError();
    for (const limit of [0.01, 0.999]) {
      const boosted = stats.updateAbsoluteError(start, sample, { limit, logThreshold: 5 });
      expect(boosted).toEqual(
        stats.updateAbsoluteError(start, sample, { limit, logThreshold: null }),
      );
    }
  });
});
