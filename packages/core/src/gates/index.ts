export {
  fillIn,
  placeholders,
  sentryLevels,
  type CustomGate,
  type GateOutcome,
  type GateReading,
  type GateSource,
  type GateSubject,
  type SentryLevel,
} from './custom-gate.js';
export { evaluateGates, formatGateValue, sameFindings, type GateState } from './gate-state.js';
