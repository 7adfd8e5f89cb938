/** What to change where a stage cannot be decided at this traffic. */
import { obstacleOf, timeOfProof } from './forecast-proof.js';
import { sceneOf } from './forecast-scene.js';
import type { ForecastStage, Scene, TimeToSee } from './forecast-scene.js';
import type { GatePlan } from './gate-plan.js';

/** One change that would make a stage decidable. */
export type Advice =
  | { readonly type: 'hold-longer'; readonly holdMaxMs: number }
  | { readonly type: 'larger-share'; readonly sharePercent: number }
  | { readonly type: 'accept-larger-difference'; readonly worseThanStableBy: number }
  | { readonly type: 'accept-slower'; readonly worseThanStableBy: number }
  /** A bucket's edge at this latency, or a little below. */
  | { readonly type: 'finer-buckets'; readonly edgeMs: number };

/** Longer than this nobody holds. */
const longestHoldMs = 365 * 86_400_000;
const shares = [20, 30, 50] as const;
const differences = [0.01, 0.02, 0.05, 0.1, 0.2] as const;
const slownesses = [0.25, 0.5, 1, 2, 4, 9] as const;

/** The changes that would do, each on its own; empty where none of these would. */
export function adviceFor(scene: Scene, stage: ForecastStage): readonly Advice[] {
  const { gatePlan, traffic } = scene;
  const fits = (changed: GatePlan, sharePercent: number): boolean => {
    const time = timeOfProof(sceneOf(changed, traffic, sharePercent));
    return time !== null && time.q90Ms <= stage.holdMaxMs;
  };
  const { sharePercent } = stage;
  const obstacle = obstacleOf(gatePlan, traffic);
  const slowness = slownesses.find(
    (step) =>
      step > (gatePlan.latencyP95?.worseThanStableBy ?? Infinity) &&
      fits(tolerating(gatePlan, { slowness: step }), sharePercent),
  );
  const slower = slowness === undefined ? [] : [acceptSlower(slowness)];
  if (obstacle?.type === 'coarse-buckets')
    return [...finerBuckets(scene, obstacle.toleratedMs), ...slower];
  const own = gatePlan.errorRate?.worseThanStableBy ?? Infinity;
  const difference = differences.find(
    (step) => step > own && fits(tolerating(gatePlan, { difference: step }), sharePercent),
  );
  const share = shares.find((percent) => percent > sharePercent && fits(gatePlan, percent));
  return [
    ...longerHold(timeOfProof(scene)),
    ...(share === undefined ? [] : [{ type: 'larger-share' as const, sharePercent: share }]),
    ...(difference === undefined
      ? []
      : [{ type: 'accept-larger-difference' as const, worseThanStableBy: difference }]),
    ...slower,
  ];
}

function longerHold(proof: TimeToSee): readonly Advice[] {
  if (proof === null || proof.q90Ms > longestHoldMs) return [];
  return [{ type: 'hold-longer', holdMaxMs: Math.ceil(proof.q90Ms) }];
}

function acceptSlower(worseThanStableBy: number): Advice {
  return { type: 'accept-slower', worseThanStableBy };
}

/** Only buckets that are the owner's own can be changed: Cloud Run's, which grow by a factor, cannot. */
function finerBuckets({ traffic }: Scene, edgeMs: number): readonly Advice[] {
  return traffic.latency?.layout.type === 'explicit' ? [{ type: 'finer-buckets', edgeMs }] : [];
}

function tolerating(
  gatePlan: GatePlan,
  { difference, slowness }: { readonly difference?: number; readonly slowness?: number },
): GatePlan {
  const { errorRate, latencyP95 } = gatePlan;
  return {
    ...gatePlan,
    errorRate:
      errorRate === null || difference === undefined
        ? errorRate
        : { ...errorRate, worseThanStableBy: difference },
    latencyP95:
      latencyP95 === null || slowness === undefined
        ? latencyP95
        : { ...latencyP95, worseThanStableBy: slowness },
  };
}
