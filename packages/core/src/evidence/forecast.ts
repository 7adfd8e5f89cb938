/**
 * What each stage can and cannot see, before anything ships: the fourth verdict, "not at this traffic".
 *
 * Everything here is `planning` of `@ascent/stats`, applied to the plan's own gates, risks and shares.
 */
import { adviceFor } from './forecast-advice.js';
import type { Advice } from './forecast-advice.js';
import { obstacleOf, timeOfProof } from './forecast-proof.js';
import type { Obstacle } from './forecast-proof.js';
import { sceneOf } from './forecast-scene.js';
import type { ForecastStage, ForecastWorld, Scene, TimeToSee } from './forecast-scene.js';
import { smallestRate, timeOfFailure, timeOfSlowdown } from './forecast-sight.js';
import type { GatePlan } from './gate-plan.js';

/** Failure rates a forecast answers for. */
export const forecastRates = [0.01, 0.02, 0.05, 0.2, 1] as const;
/** Slowdowns a forecast answers for. */
export const forecastSlowdowns = [1.2, 2, 5] as const;

/** What one stage can see. */
export type StageForecast = {
  readonly name: string;
  readonly sharePercent: number;
  /** Candidate requests expected in the shortest and in the longest hold. */
  readonly candidateRequests: { readonly inHoldMin: number; readonly inHoldMax: number };
  /** Smallest failure rate seen within the longest hold at the stated risk; `null` when not even 100 %, or no gate asks. */
  readonly smallestRateSeen: number | null;
  /** Empty where no gate asks. */
  readonly failureRates: readonly { readonly rate: number; readonly time: TimeToSee }[];
  /** Empty where today's latencies are unknown or no gate asks. */
  readonly slowdowns: readonly { readonly factor: number; readonly time: TimeToSee }[];
  /** Until a good candidate is proven good enough to go on; `null` when that cannot be proven. */
  readonly proof: TimeToSee;
  /** Why it can never be proven, at any traffic; `null` otherwise. */
  readonly obstacle: Obstacle | null;
  readonly verdict: 'decidable' | 'undecidable' | 'not-measured';
  /** What to change when the stage cannot be decided at this traffic; empty otherwise. */
  readonly advice: readonly Advice[];
};

/** Forecasts every stage of a plan at this traffic (of more than 0 requests a minute, or nothing is measured). */
export function forecast(
  gatePlan: GatePlan,
  stages: readonly ForecastStage[],
  traffic: ForecastWorld,
): readonly StageForecast[] {
  return stages.map((stage) => forecastStage(gatePlan, stage, traffic));
}

function forecastStage(
  gatePlan: GatePlan,
  stage: ForecastStage,
  traffic: ForecastWorld,
): StageForecast {
  const scene = sceneOf(gatePlan, traffic, stage.sharePercent);
  const { perMs } = scene;
  const asked = gatePlan.errorRate !== null || gatePlan.latencyP95 !== null;
  const measured = perMs > 0 && asked;
  const proof = measured ? timeOfProof(scene) : null;
  const decidable = proof !== null && proof.medianMs <= stage.holdMaxMs;
  return {
    name: stage.name,
    sharePercent: stage.sharePercent,
    candidateRequests: {
      inHoldMin: perMs * stage.holdMinMs,
      inHoldMax: perMs * stage.holdMaxMs,
    },
    ...failuresOf(scene, stage.holdMaxMs),
    slowdowns: slowdownsOf(scene),
    proof,
    obstacle: measured ? obstacleOf(gatePlan, traffic) : null,
    verdict: measured ? (decidable ? 'decidable' : 'undecidable') : 'not-measured',
    advice: measured && !decidable ? adviceFor(scene, stage) : [],
  };
}

function failuresOf(
  scene: Scene,
  holdMs: number,
): Pick<StageForecast, 'smallestRateSeen' | 'failureRates'> {
  if (scene.gatePlan.errorRate === null) return { smallestRateSeen: null, failureRates: [] };
  const measured = scene.perMs > 0;
  return {
    smallestRateSeen: measured ? smallestRate(scene, holdMs) : null,
    failureRates: forecastRates.map((rate) => ({
      rate,
      time: measured ? timeOfFailure(scene, rate) : null,
    })),
  };
}

function slowdownsOf(scene: Scene): StageForecast['slowdowns'] {
  if (scene.traffic.latency === null || scene.gatePlan.latencyP95 === null) return [];
  return forecastSlowdowns.map((factor) => ({ factor, time: timeOfSlowdown(scene, factor) }));
}
