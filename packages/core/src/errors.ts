/**
 * The catalogue of errors a person can meet: code, who must act, exit status. Codes are never reused.
 * `docs/errors.md` describes each one; a test holds the two together in both directions.
 */

/** `user`: the input is wrong. `world`: something outside failed. `state`: right input at the wrong time. */
export const errorCatalogue = {
  ASC_PLAN_INVALID: { kind: 'user', exitStatus: 2 },
  ASC_PLAN_UNREADABLE: { kind: 'user', exitStatus: 2 },
  ASC_USAGE: { kind: 'user', exitStatus: 2 },
  ASC_SMOKE_INVALID: { kind: 'user', exitStatus: 2 },
  ASC_MANIFEST_INVALID: { kind: 'user', exitStatus: 2 },
  ASC_RECORD_UNREADABLE: { kind: 'state', exitStatus: 3 },
  ASC_RECORD_TOO_NEW: { kind: 'state', exitStatus: 3 },
  ASC_RECORD_TOO_LARGE: { kind: 'state', exitStatus: 3 },
  ASC_TRAFFIC_SPLIT: { kind: 'state', exitStatus: 3 },
  ASC_NOTHING_TO_ROLL_OUT: { kind: 'state', exitStatus: 3 },
  ASC_NO_ROLLOUT: { kind: 'state', exitStatus: 3 },
  ASC_ROLLOUT_ENDED: { kind: 'state', exitStatus: 3 },
  ASC_NOT_PAUSED: { kind: 'state', exitStatus: 3 },
  ASC_ALREADY_PAUSED: { kind: 'state', exitStatus: 3 },
  ASC_NO_APPROVAL_NEEDED: { kind: 'state', exitStatus: 3 },
  ASC_APPROVAL_MISSING: { kind: 'state', exitStatus: 3 },
  ASC_REASON_REQUIRED: { kind: 'user', exitStatus: 2 },
  ASC_NAME_REQUIRED: { kind: 'user', exitStatus: 2 },
  ASC_FOREIGN_TRAFFIC: { kind: 'state', exitStatus: 3 },
  ASC_CANDIDATE_NOT_READY: { kind: 'state', exitStatus: 3 },
  ASC_STABLE_MISSING: { kind: 'state', exitStatus: 3 },
  ASC_REVISION_UNKNOWN: { kind: 'state', exitStatus: 3 },
  ASC_UNKNOWN_ALERT: { kind: 'user', exitStatus: 2 },
  ASC_MOVED_ON: { kind: 'state', exitStatus: 3 },
  ASC_NO_SPOT_CHECKS: { kind: 'state', exitStatus: 3 },
  ASC_ROLLOUT_OPEN: { kind: 'state', exitStatus: 3 },
  ASC_NOTHING_TO_RESTART: { kind: 'state', exitStatus: 3 },
  ASC_RETIRE_REFUSED: { kind: 'state', exitStatus: 3 },
  ASC_REVISION_NOT_READY: { kind: 'world', exitStatus: 5 },
  ASC_SERVICE_NOT_FOUND: { kind: 'world', exitStatus: 5 },
  ASC_PLATFORM_DENIED: { kind: 'world', exitStatus: 5 },
  ASC_PLATFORM_REFUSED: { kind: 'world', exitStatus: 5 },
  ASC_PLATFORM_UNAVAILABLE: { kind: 'world', exitStatus: 5 },
  ASC_LISTEN_FAILED: { kind: 'world', exitStatus: 5 },
  ASC_OUTPUT_UNWRITTEN: { kind: 'world', exitStatus: 5 },
  ASC_CONFLICT: { kind: 'world', exitStatus: 6 },
} as const satisfies Record<
  string,
  { readonly kind: 'user' | 'world' | 'state'; readonly exitStatus: number }
>;

/** One of the codes of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/** One thing that is wrong with the input: where (path and value), what, and what to do. */
export type Fault = {
  /** Where in the input, such as `stages[1].hold`. Empty for the whole. */
  readonly path: string;
  readonly message: string;
};

/** An error that a person is meant to read. `message` says what happened, where, and what to do. */
export class AscentError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];

  constructor(code: ErrorCode, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.name = 'AscentError';
    this.code = code;
    this.faults = faults;
  }

  /** Process exit status for this error. */
  get exitStatus(): number {
    return errorCatalogue[this.code].exitStatus;
  }
}

/** Faults as lines a person can work through: `  stages[1].hold: …`. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults
    .map(({ path, message }) => `  ${path === '' ? '(plan)' : path}: ${message}`)
    .join('\n');
}
