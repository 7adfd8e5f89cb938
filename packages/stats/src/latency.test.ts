import { describe, expect, it } from 'vitest';
import { DomainError } from './domain.js';
import { latencyBets, latencyLogE, startLatency, updateLatency } from './latency.js';
import { logSumExp } from './log-sum.js';
import { createPrng } from './prng.js';

const history = [10, 50, 200, 400, 200, 80, 40, 15, 4, 1];

function draw(prng: ReturnType<typeof createPrng>, requests: number, shift: number): number[] {
  const total = history.reduce((sum, count) => sum + count, 0);
  const counts = history.map(() => 0);
  for (let n = 0; n < requests; n += 1) {
    let left = prng.uniform() * total;
    const bucket = history.findIndex((count) => (left -= count) < 0);
    const moved = Math.min(history.length - 1, bucket + shift);
    counts[moved] = (counts[moved] ?? 0) + 1;
  }
  return counts;
}

describe('the latency test', () => {
  it('has bets whose weights sum to 1', () => {
    expect(latencyBets.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  it('sees a candidate one bucket slower, and nothing in one that is as fast', () => {
    const prng = createPrng(5);
    let slower = startLatency(history);
    let same = startLatency(history);
    for (let n = 0; n < 40; n += 1) {
      const stable = draw(prng, 45, 0);
      slower = updateLatency(slower, { candidate: draw(prng, 5, 1), stable });
      same = updateLatency(same, { candidate: draw(prng, 5, 0), stable });
    }
    expect(latencyLogE(slower)).toBeGreaterThan(Math.log(100));
    expect(latencyLogE(same)).toBeLessThan(Math.log(100));
  });

  it('has expectation at most 1 for every single request when both revisions share any law', () => {
    // One candidate and one stable request, drawn from a law the history knows nothing of.
    const law = [0.3, 0.05, 0.05, 0.1, 0.05, 0.05, 0.1, 0.1, 0.1, 0.1];
    const unit = (at: number): number[] => law.map((_, j) => (j === at ? 1 : 0));
    const terms = law.flatMap((pc, c) =>
      law.map((pb, b) => {
        const after = updateLatency(startLatency(history), {
          candidate: unit(c),
          stable: unit(b),
        });
        return Math.log(pc * pb) + latencyLogE(after);
      }),
    );
    expect(logSumExp(terms)).toBeLessThanOrEqual(1e-12);
  });

  it('bets nothing before it has some history, and learns meanwhile', () => {
    const start = startLatency(history.map(() => 0));
    const after = updateLatency(start, { candidate: history, stable: history });
    expect(latencyLogE(after)).toBeCloseTo(0, 12);
    expect(after.stableHistory).toEqual(history);
  });

  it('gives the same for small counts, multiplied up, as for the sum of logarithms', () => {
    const split = (counts: readonly number[]): number[] => counts.map((count) => count * 9);
    const candidate = [0, 0, 1, 0, 2, 1, 0, 0, 1, 0];
    const stable = [0, 1, 3, 5, 2, 1, 0, 0, 0, 0];
    const once = updateLatency(startLatency(history), { candidate, stable });
    const nine = updateLatency(startLatency(history), {
      candidate: split(candidate),
      stable: split(stable),
    });
    once.logBets.forEach((logBet, k) => {
      const weight = Math.log(latencyBets[k]?.weight ?? 1);
      expect((nine.logBets[k] ?? 0) - weight).toBeCloseTo(9 * (logBet - weight), 9);
    });
  });

  it('refuses a block with more buckets than there are', () => {
    const stable = [...history, 1];
    expect(() => updateLatency(startLatency(history), { candidate: [1, 2], stable })).toThrow(
      'latency needs at least two buckets and no counts beyond them, but 10 are given, and history, candidate and stable have 10, 2, 11.',
    );
    expect(() => updateLatency(startLatency([1]), { candidate: [1], stable: [1] })).toThrow(
      DomainError,
    );
    expect(() => startLatency([1, -1])).toThrow(DomainError);
  });

  it('is the same to the last bit where empty buckets at the end are left out', () => {
    const buckets = 235;
    const filled = (counts: readonly number[]): readonly number[] => [
      ...counts,
      ...new Array<number>(buckets - counts.length).fill(0),
    ];
    const prng = createPrng(5);
    let short = startLatency();
    let whole = startLatency(filled([]));
    for (let i = 0; i < 40; i += 1) {
      const block = { candidate: draw(prng, 5, 1), stable: draw(prng, 45, 0) };
      const { candidate, stable } = block;
      short = updateLatency(short, block, buckets);
      whole = updateLatency(whole, { candidate: filled(candidate), stable: filled(stable) });
    }
    expect(latencyLogE(short)).toBeGreaterThan(1);
    expect(short.logBets).toEqual(whole.logBets);
    expect(filled(short.stableHistory)).toEqual(whole.stableHistory);
  });
});
