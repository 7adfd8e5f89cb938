export { demandAt, type Demand } from './demand.js';
export { cloudRunLayout, latencyTable, type LatencyShape } from './latency-draw.js';
export { createRecording, replayed, type Recording } from './recording.js';
export {
  rehearse,
  REHEARSAL_START_MS,
  type Rehearsal,
  type RehearsalOptions,
  type RehearsalStep,
  type RevisionNames,
  type TrafficSource,
} from './rehearsal.js';
export { healthyBehaviour, scenarios, type Scenario } from './scenario.js';
export type { DrawsVersion } from './trial-draw.js';
export { runTrial, type ControllerCode, type TrialOptions, type TrialResult } from './trial.js';
export { Users, type Behaviour, type Tally, type UsersOptions } from './users.js';
