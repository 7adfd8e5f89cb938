export {
  absoluteErrorLogE,
  scaleOdds,
  startAbsoluteError,
  updateAbsoluteError,
} from './absolute-error.js';
export type { AbsoluteError, AbsoluteErrorOptions } from './absolute-error.js';
export {
  combineEvidence,
  defaultWeights,
  logThresholdOf,
  reachesRisk,
  thresholdSlack,
} from './combination.js';
export type { WeightedEvidence } from './combination.js';
export { placeOfRate, rateBounds } from './confidence-sequence.js';
export type { RateBounds } from './confidence-sequence.js';
export { countFirstFailures, emptyLedger } from './conversation.js';
export type { ActiveConversations, ConversationLedger } from './conversation.js';
export { estimateDispersion } from './dispersion.js';
export type { InstanceCounts } from './dispersion.js';
export { DomainError } from './domain.js';
export {
  addCounts,
  latencyBets,
  latencyLogE,
  latencyLogRatios,
  startLatency,
  updateLatency,
} from './latency.js';
export type { Latency, LatencyBet, LatencyBlock } from './latency.js';
export { latencyWalk } from './latency-planning.js';
export type { LatencyScenario } from './latency-planning.js';
export { logSumExp } from './log-sum.js';
export { exactNull, marginNull } from './margin-null.js';
export type { MarginNull, Margins, NullShape } from './margin-null.js';
export {
  divergence,
  errorWalk,
  limitWalk,
  mixtureCost,
  passageMean,
  passageProbability,
  passageQuantile,
  safetyWalk,
  steppedPassageQuantile,
} from './planning.js';
export type { ErrorScenario, Walk } from './planning.js';
export { createPrng } from './prng.js';
export type { Prng } from './prng.js';
export { relativeErrorLogE, startRelativeError, updateRelativeError } from './relative-error.js';
export type { ErrorBlock, RelativeError, RelativeErrorOptions } from './relative-error.js';
export { expectedRate, startSafety, updateSafety, updateSafetyAlone } from './safety.js';
export type { Safety } from './safety.js';
export {
  fadeStableWatch,
  isStableAlarmed,
  startStableWatch,
  updateStableWatch,
} from './stable-watch.js';
export type { StableWatch } from './stable-watch.js';
export { candidateOf, stableOf } from './bernoulli.js';
export type { Trials } from './bernoulli.js';
export { errorForfeit, limitForfeit } from './warm-up-planning.js';
