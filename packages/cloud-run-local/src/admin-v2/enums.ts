/**
 * Enums of the v2 API travel as names or as numbers: Google's REST clients send numbers, people send names,
 * and `$alt=json;enum-encoding=int` asks for numbers back. The numbers are those of the protos
 * (google/cloud/run/v2, as shipped in @google-cloud/run 3.3.0).
 */
import { invalidArgument } from '../api/api-error.js';

type EnumTable = Readonly<Record<string, number>>;

const allocationTypes: EnumTable = {
  TRAFFIC_TARGET_ALLOCATION_TYPE_UNSPECIFIED: 0,
  TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST: 1,
  TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION: 2,
};

/** The enums, by the field that holds them. A condition's `type` is a text and not in this table. */
const enumsByField: Readonly<Record<string, EnumTable>> = {
  type: allocationTypes,
  ingress: {
    INGRESS_TRAFFIC_UNSPECIFIED: 0,
    INGRESS_TRAFFIC_ALL: 1,
    INGRESS_TRAFFIC_INTERNAL_ONLY: 2,
    INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER: 3,
    INGRESS_TRAFFIC_NONE: 4,
  },
  launchStage: {
    LAUNCH_STAGE_UNSPECIFIED: 0,
    EARLY_ACCESS: 1,
    ALPHA: 2,
    BETA: 3,
    GA: 4,
    DEPRECATED: 5,
    UNIMPLEMENTED: 6,
    PRELAUNCH: 7,
  },
  executionEnvironment: {
    EXECUTION_ENVIRONMENT_UNSPECIFIED: 0,
    EXECUTION_ENVIRONMENT_GEN1: 1,
    EXECUTION_ENVIRONMENT_GEN2: 2,
  },
  encryptionKeyRevocationAction: {
    ENCRYPTION_KEY_REVOCATION_ACTION_UNSPECIFIED: 0,
    PREVENT_NEW: 1,
    SHUTDOWN: 2,
  },
  scalingMode: { SCALING_MODE_UNSPECIFIED: 0, AUTOMATIC: 1, MANUAL: 2 },
  state: {
    STATE_UNSPECIFIED: 0,
    CONDITION_PENDING: 1,
    CONDITION_RECONCILING: 2,
    CONDITION_FAILED: 3,
    CONDITION_SUCCEEDED: 4,
  },
  severity: { SEVERITY_UNSPECIFIED: 0, ERROR: 1, WARNING: 2, INFO: 3 },
  reason: {
    COMMON_REASON_UNDEFINED: 0,
    UNKNOWN: 1,
    REVISION_FAILED: 3,
    PROGRESS_DEADLINE_EXCEEDED: 4,
    CONTAINER_MISSING: 6,
    SECRETS_ACCESS_CHECK_FAILED: 12,
  },
  revisionReason: {
    REVISION_REASON_UNDEFINED: 0,
    PENDING: 1,
    RESERVE: 2,
    RETIRED: 3,
    RETIRING: 4,
    HEALTH_CHECK_CONTAINER_ERROR: 6,
    MIN_INSTANCES_NOT_PROVISIONED: 8,
  },
};

/** The enums a client may set; the others are output only. */
export type InputEnum = 'type' | 'ingress' | 'launchStage' | 'executionEnvironment' | 'scalingMode';

/** The names an enum has. */
export function enumNames(field: InputEnum): readonly string[] {
  return Object.keys(enumsByField[field] ?? {});
}

function mapFields(value: unknown, map: (field: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => mapFields(part, map));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, part]) => [field, mapFields(map(field, part), map)]),
  );
}

/**
 * Numbers become names everywhere in a request's body.
 * @throws ApiError INVALID_ARGUMENT for a number the enum does not have.
 */
export function nameEnums(body: unknown): unknown {
  return mapFields(body, (field, value) => {
    const table = enumsByField[field];
    if (table === undefined || typeof value !== 'number') return value;
    const found = Object.entries(table).find(([, number]) => number === value);
    if (found === undefined) throw invalidArgument(`${field}: ${value} is no value of this enum.`);
    return found[0];
  });
}

/** Names become numbers everywhere in an answer. */
export function numberEnums(body: unknown): unknown {
  return mapFields(body, (field, value) =>
    typeof value === 'string' ? (enumsByField[field]?.[value] ?? value) : value,
  );
}
