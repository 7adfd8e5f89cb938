/** Small cells of the bench, again and exactly: the seed, the gates and the other tools' rules. */
import { describe, expect, it } from 'vitest';
import { runHold } from './hold.js';
import { informationBound } from './oracle.js';
import { argoRollouts, flagger, kayenta, pipecd, releaseManager } from './peers.js';
import type { Minute, PeerRule } from './peers.js';
import { held } from './scenario.js';

const minute = (candidateRequests: number, candidateErrors: number): Minute => ({
  candidateRequests,
  candidateErrors,
  stableRequests: 9 * candidateRequests,
  stableErrors: 0,
});

/** The minute in which a rule rolls back while every minute is like this; −1 for never. */
function stopsAt(rule: PeerRule, counts: Minute, minutes = 240): number {
  for (let n = 1; n <= minutes; n += 1) if (rule.add(counts)) return n;
  return -1;
}

describe('a cell of the bench', () => {
  it('comes out the same for the same seed: a bad release', () => {
    const job = {
      type: 'hold',
      cell: 'test',
      scenario: { ...held, candidateRate: 0.05 },
      seed: 1,
      runs: 20,
      rules: ['ascent', 'likelihood oracle', 'Flagger', 'Release Manager'],
      plan: {},
    } as const;
    const summary = Object.entries(runHold(job)).map(
      ([rule, { stopped, requests, failed }]) => `${rule}: ${stopped}, ${requests}, ${failed}`,
    );
    expect(summary).toMatchInlineSnapshot(`
      [
        "ascent: 20, 1973, 93",
        "likelihood oracle: 20, 1591, 75",
        "Flagger: 20, 2568, 120",
        "Release Manager: 20, 592, 24",
      ]
    `);
  });

  it('comes out the same for the same seed: a good release, with latency', () => {
    const job = {
      type: 'hold',
      cell: 'test',
      scenario: { ...held, minutes: 60, slowdown: { kind: 'shift', factor: 1 } },
      seed: 2,
      runs: 10,
      rules: ['ascent'],
      plan: {},
    } as const;
    const { ascent } = runHold(job);
    expect(ascent?.stopped).toBe(0);
    expect([ascent?.requests, ascent?.failed]).toMatchInlineSnapshot(`
      [
        3524,
        7,
      ]
    `);
  });

  it('has the information bound of the published table', () => {
    expect(informationBound({ ...held, candidateRate: 0.01 })).toBeCloseTo(423.8, 1);
    expect(informationBound({ ...held, candidateRate: 1 })).toBeCloseTo(1.4, 1);
  });
});

describe('the other tools’ rules', () => {
  it('Flagger rolls back on the tick after its fifth failed check, and silence is a failed check', () => {
    expect(stopsAt(flagger(), minute(100, 2))).toBe(6);
    expect(stopsAt(flagger(), minute(0, 0))).toBe(6);
    expect(stopsAt(flagger(), minute(100, 1))).toBe(-1);
  });

  it('Argo Rollouts needs four failures, five minutes apart', () => {
    expect(stopsAt(argoRollouts(), minute(100, 6))).toBe(20);
    expect(stopsAt(argoRollouts(), minute(100, 5))).toBe(-1);
  });

  it('Release Manager rolls back on one failure in fewer than a hundred requests', () => {
    expect(stopsAt(releaseManager(), minute(6, 1))).toBe(1);
    expect(stopsAt(releaseManager(), minute(0, 0))).toBe(-1);
  });

  it('Kayenta looks every hour', () => {
    let n = 0;
    const rule = kayenta();
    const varied: PeerRule = {
      add: () => {
        n += 1;
        return rule.add({ ...minute(100, 20 + (n % 7)), stableErrors: n % 5 });
      },
    };
    expect(stopsAt(varied, minute(1, 0))).toBe(60);
    expect(stopsAt(kayenta(), minute(100, 0))).toBe(-1);
  });

  it('PipeCD rolls back at its second failed ten minutes', () => {
    expect(stopsAt(pipecd(), minute(100, 20))).toBe(20);
    expect(stopsAt(pipecd(), minute(0, 0))).toBe(20);
  });
});
