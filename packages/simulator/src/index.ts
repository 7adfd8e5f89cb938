export { demandAt, type Demand } from './demand.js';
export { cloudRunLayout, type LatencyShape } from './latency-draw.js';
export {
  rehearse,
  REHEARSAL_START_MS,
  type Rehearsal,
  type RehearsalOptions,
  type RehearsalStep,
} from './rehearsal.js';
export { healthyBehaviour, scenarios, type Scenario } from './scenario.js';
export { Users, type Behaviour, type Tally, type UsersOptions } from './users.js';
