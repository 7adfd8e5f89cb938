/** Everything that a trial is made of: plan, traffic, releases, controllers, people, weather. */
import type { RolloutPlan } from '@ascent/core';
import type { Demand } from './demand.js';
import type { ClockError } from './skewed-clock.js';
import type { Behaviour } from './users.js';
import type { Weather } from './weather.js';

/** How a release turns out. `broken` is bad enough that no honest plan may promote it. */
export type ReleaseKind = 'good' | 'worse' | 'slow' | 'broken' | 'unready' | 'failsSmoke';

/** One new revision, when it is deployed and what it is like. */
export type Release = {
  readonly revision: string;
  readonly atMs: number;
  readonly kind: ReleaseKind;
  readonly startUpMs: number;
  readonly behaviour: Behaviour;
};

/**
 * One controller: `loop` waits for each step to end, `cron` starts one whatever became of the last, and `runLoop` is the
 * loop of `ascent up` and `serve`, which delivers beside its steps.
 */
export type ControllerPlan = {
  readonly name: string;
  readonly style: 'loop' | 'cron' | 'runLoop';
  readonly intervalMs: number;
  readonly clock: ClockError;
};

/** Something people or their tools do at a moment of their own choosing. */
export type Deed = {
  readonly atMs: number;
  readonly by: string;
  readonly what: (typeof commands)[number] | (typeof meddlings)[number] | LifeDeed;
};

/** Everything a seed decides. */
export type TrialPlan = {
  readonly seed: number;
  readonly startMs: number;
  /** From here on nothing goes wrong any more. */
  readonly healMs: number;
  /** By then everything must have come to rest. */
  readonly restMs: number;
  readonly plan: RolloutPlan;
  /** Names of the stages that need a person's approval. */
  readonly approvalStages: readonly string[];
  readonly demand: Demand;
  readonly healthy: Behaviour;
  /** Latencies come in Cloud Run's 235 buckets instead of a dozen. */
  readonly finelyMeasured: boolean;
  readonly releases: readonly Release[];
  readonly controllers: readonly ControllerPlan[];
  /** The clock of the people's laptops. */
  readonly laptop: ClockError;
  readonly deeds: readonly Deed[];
  readonly weather: Weather;
  /** Furthest apart that two clocks of this trial can be. */
  readonly clocksApartMs: number;
};

/** What people ask of the controller; what stands there more often is asked more often. */
export const commands = [
  'approve',
  'approve',
  'approve',
  'pause',
  'resume',
  'resume',
  'resume',
  'rollback',
  'abort',
  'skip',
  'promote',
] as const;

/** What happens to the traffic behind Ascent's back. */
export const meddlings = [
  'sendBackInConsole',
  'splitInConsole',
  'sendToLatest',
  'applyTerraform',
] as const;

/** What people and their tools do besides the deeds of the first version. */
export type LifeDeed = 'restart' | 'silence' | 'tickOff' | 'deleteStable';

/** True for a command on a rollout, false for what is done otherwise or behind Ascent's back. */
export function isCommand(what: Deed['what']): what is (typeof commands)[number] {
  return commands.some((command) => command === what);
}
