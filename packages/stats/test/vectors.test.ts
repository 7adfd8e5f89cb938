/**
 * Every number of `vectors.json`, which an independent 40-digit implementation made: natural logs, to a
 * relative 10⁻⁹ (or 10⁻¹⁰ where the value is almost 0).
 */
import { describe, expect, it } from 'vitest';
import {
  absoluteErrorLogE,
  combineEvidence,
  defaultWeights,
  errorWalk,
  latencyBets,
  latencyLogE,
  latencyLogRatios,
  marginNull,
  passageMean,
  passageQuantile,
  rateBounds,
  reachesRisk,
  relativeErrorLogE,
  startAbsoluteError,
  startLatency,
  startRelativeError,
  startSafety,
  updateAbsoluteError,
  updateLatency,
  updateRelativeError,
  updateSafety,
} from '../src/index.js';
import vectors from './vectors.json' with { type: 'json' };

type Tick = readonly [nc: number, nb: number, ec: number, eb: number];
type LatencyTick = { readonly C: readonly number[]; readonly B: readonly number[] };

function expectSame(actual: number, expected: number | undefined): void {
  if (expected === undefined) throw new Error('vectors.json has no number here.');
  const allowed = Math.max(1e-10, 1e-9 * Math.abs(expected));
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(allowed);
}

function blockOf([nc, nb, ec, eb]: Tick): Parameters<typeof updateRelativeError>[1] {
  return { candidateRequests: nc, stableRequests: nb, candidateErrors: ec, stableErrors: eb };
}

/** Adds a tick to the open block and says whether it is now closed. */
function pool(open: Tick, tick: Tick, least: number): { block: Tick; closed: boolean } {
  const block: Tick = [open[0] + tick[0], open[1] + tick[1], open[2] + tick[2], open[3] + tick[3]];
  return { block, closed: block[0] >= 1 && block[1] >= 1 && block[0] + block[1] >= least };
}

/** Calls back with each block as it closes and returns the callback's value after every tick. */
function perTick<T>(
  ticks: readonly Tick[],
  least: number,
  steps: { readonly first: T; readonly close: (state: T, block: Tick) => T },
): readonly T[] {
  let state = steps.first;
  let open: Tick = [0, 0, 0, 0];
  return ticks.map((tick) => {
    const { block, closed } = pool(open, tick, least);
    open = closed ? [0, 0, 0, 0] : block;
    if (closed) state = steps.close(state, block);
    return state;
  });
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const add = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.map((value, j) => value + (b[j] ?? 0));

function latencyPerTick(history: readonly number[], ticks: readonly LatencyTick[], least: number) {
  const empty = history.map(() => 0);
  let state = startLatency(history);
  let open = { candidate: empty, stable: empty } as {
    candidate: readonly number[];
    stable: readonly number[];
  };
  return ticks.map(({ C, B }) => {
    open = { candidate: add(open.candidate, C), stable: add(open.stable, B) };
    const slow = total(open.candidate);
    const rest = total(open.stable);
    if (slow >= 1 && rest >= 1 && slow + rest >= least) {
      state = updateLatency(state, open);
      open = { candidate: empty, stable: empty };
    }
    return state;
  });
}

describe('the reference vectors', () => {
  it.each(vectors.nullLogPmf)('null law of $nc, $nb, $e at dispersion $phi', (vector) => {
    const { lowest, logProbabilities } = marginNull(
      { candidateRequests: vector.nc, stableRequests: vector.nb, errors: vector.e },
      { oddsRatio: 1, dispersion: vector.phi },
    );
    expect(lowest).toBe(vector.lo);
    expect(logProbabilities).toHaveLength(vector.logp.length);
    vector.logp.forEach((expected, i) => {
      expectSame(logProbabilities[i] ?? NaN, expected);
    });
  });

  it.each(vectors.relativeError)(
    'relative errors, $seq, boosted $boost, tolerance $psi0, dispersion $phi',
    (vector) => {
      const options = {
        shape: { oddsRatio: vector.psi0, dispersion: vector.phi },
        logThreshold: vector.boost ? -Math.log(vector.alpha * vector.share) : null,
      };
      const states = perTick(
        vector.ticks as readonly unknown[] as readonly Tick[],
        vector.minBlock,
        {
          first: startRelativeError(),
          close: (state, block) => updateRelativeError(state, blockOf(block), options),
        },
      );
      vector.logE.forEach((expected, i) => {
        expectSame(relativeErrorLogE(states[i] ?? startRelativeError()), expected);
      });
    },
  );

  it.each(vectors.absoluteError)('errors against the limit, $name, boosted $boost', (vector) => {
    let state = startAbsoluteError();
    vector.ticks.forEach(([requests, errors], i) => {
      state = updateAbsoluteError(
        state,
        { requests: requests ?? 0, errors: errors ?? 0 },
        {
          limit: vector.limit,
          logThreshold: vector.boost ? -Math.log(vector.alpha * vector.share) : null,
        },
      );
      expectSame(absoluteErrorLogE(state), vector.logE[i]);
    });
  });

  it('latency ratios of every bet', () => {
    const { history, buckets, logRatio } = vectors.latencyRatios;
    latencyBets.forEach((bet, k) => {
      const logs = latencyLogRatios(
        history.map((count) => count + 1 / buckets),
        bet,
      );
      logs.forEach((value, j) => {
        expectSame(value, logRatio[k]?.[j]);
      });
    });
  });

  it.each(vectors.latency)('latency with history $history', (vector) => {
    expect(vector.toleranceBuckets).toBe(0);
    const states = latencyPerTick(vector.history, vector.ticks, vector.minBlock);
    states.forEach((state, i) => {
      expectSame(latencyLogE(state), vector.logE[i]);
    });
  });

  it.each(vectors.safety)('safety, $name', (vector) => {
    const states = perTick(vector.ticks as readonly unknown[] as readonly Tick[], vector.minBlock, {
      first: startSafety(),
      close: (state, block) => updateSafety(state, blockOf(block), vector.delta),
    });
    vector.logE.forEach((expected, i) => {
      expectSame(states[i]?.logE ?? NaN, expected);
    });
  });

  it.each(vectors.judge)('evidence combined, $name', (vector) => {
    const ticks = vector.ticks as readonly unknown[] as readonly Tick[];
    const used = vector.latency ? 1 : defaultWeights.relativeError + defaultWeights.absoluteError;
    const thresholdOf = (weight: number): number => -Math.log(0.01 * (weight / used));
    const relative = perTick(ticks, 20, {
      first: startRelativeError(),
      close: (state, block) =>
        updateRelativeError(state, blockOf(block), {
          shape: { oddsRatio: 1, dispersion: 1 },
          logThreshold: thresholdOf(defaultWeights.relativeError),
        }),
    });
    const safety = perTick(ticks, 20, {
      first: startSafety(),
      close: (state, block) => updateSafety(state, blockOf(block), vector.delta),
    });
    const latency = latencyPerTick(vector.history ?? [0, 0], vector.latTicks ?? [], 10);
    let absolute = startAbsoluteError();
    vector.out.forEach((expected, i) => {
      const [requests, , errors] = ticks[i] ?? [0, 0, 0, 0];
      absolute = updateAbsoluteError(
        absolute,
        { requests, errors },
        { limit: vector.limit, logThreshold: thresholdOf(defaultWeights.absoluteError) },
      );
      const slow = latency[i];
      const logE = combineEvidence([
        { weight: 0.5, logE: relativeErrorLogE(relative[i] ?? startRelativeError()) },
        { weight: 0.2, logE: absoluteErrorLogE(absolute) },
        ...(slow === undefined ? [] : [{ weight: 0.3, logE: latencyLogE(slow) }]),
      ]);
      expectSame(logE, expected.logE);
      expectSame(safety[i]?.logE ?? NaN, expected.safe);
      expect(reachesRisk(logE, 0.01) ? 'rollback' : 'wait').toBe(expected.verdict);
    });
  });

  it.each(vectors.betaBinomialCS)('confidence sequence of $e in $n', (vector) => {
    const { lower, upper } = rateBounds(vector.n, vector.e, vector.alpha);
    expectSame(lower, vector.bounds[0]);
    expectSame(upper, vector.bounds[1]);
  });

  it.each(vectors.plan)('plan for $pb to $pc', (vector) => {
    const walk = errorWalk({
      stableRate: vector.pb,
      candidateRate: vector.pc,
      share: vector.w,
      risk: 0.01,
      weight: vector.share,
    });
    expectSame(walk.drift, vector.I);
    expectSame(walk.variance, vector.V);
    expectSame(walk.height, vector.h);
    expectSame(passageMean(walk), vector.mean);
    expectSame(passageQuantile(walk, 0.5), vector.q50);
    expectSame(passageQuantile(walk, 0.9), vector.q90);
  });
});
