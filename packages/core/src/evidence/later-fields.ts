/**
 * Evidence written by an Ascent that did not keep all that this one does: a controller that is replaced in the middle
 * of a rollout goes on from it, knowing nothing of what is new. Plain JSON in, plain JSON out; what is not an object stays.
 */
import { isJsonObject, type JsonObject } from '../json-object.js';
import { startLimitEvidence } from './limit-evidence.js';

/** `evidence` with every field that came later, as at a start; fields that are there stay. */
export function withLaterEvidence(evidence: unknown): unknown {
  if (!isJsonObject(evidence)) return evidence;
  const { errors, latency } = evidence;
  return {
    ...evidence,
    errors: isJsonObject(errors)
      ? { ...withLimit(errors), safety: withAlone(errors['safety']) }
      : errors,
    latency: isJsonObject(latency) ? withLimit(latency) : latency,
  };
}

/** Since 2026-11: what was served of late. */
function withLimit(tests: JsonObject): JsonObject {
  const { limit } = tests;
  const { ofLate } = startLimitEvidence();
  return isJsonObject(limit) ? { ...tests, limit: { ofLate, ...limit } } : tests;
}

/** Since 2026-11: the proof without a stable revision, apart from the one beside it. */
function withAlone(safety: unknown): unknown {
  if (!Array.isArray(safety)) return safety;
  return safety.map((step: unknown) => (isJsonObject(step) ? { aloneLogE: 0, ...step } : step));
}
