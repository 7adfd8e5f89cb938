/**
 * Assertions of a function's domain. A number outside it is a mistake of the caller, never of the
 * traffic, so it stops the calculation with a sentence that names the value.
 */

/** Thrown when a statistical function is called outside its domain. */
export class DomainError extends RangeError {
  override readonly name = 'DomainError';
}

/** Throws a {@link DomainError} unless the condition holds. The message is only made when it is needed. */
export function requireDomain(
  condition: boolean,
  message: string | (() => string),
): asserts condition {
  if (!condition) throw new DomainError(typeof message === 'string' ? message : message());
}

/** Throws unless `value` is a whole number of things, zero or more. */
export function requireCount(value: number, name: string): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new DomainError(`${name} must be a whole number ≥ 0, but is ${value}.`);
}

/** Throws unless `errors` of `requests` is possible. */
export function requireCounts(requests: number, errors: number, name: string): void {
  if (!(Number.isSafeInteger(requests) && requests >= 0)) {
    throw new DomainError(`${name} requests must be a whole number ≥ 0, but is ${requests}.`);
  }
  if (!(Number.isSafeInteger(errors) && errors >= 0)) {
    throw new DomainError(`${name} errors must be a whole number ≥ 0, but is ${errors}.`);
  }
  if (errors > requests) {
    throw new DomainError(`${name} errors (${errors}) must not exceed its requests (${requests}).`);
  }
}

/** Throws unless `value` lies strictly between 0 and 1. */
export function requireOpenUnit(value: number, name: string): void {
  if (value > 0 && value < 1) return;
  throw new DomainError(`${name} must be > 0 and < 1, but is ${value}.`);
}

/** Throws unless `value` is a probability, its ends included. */
export function requireUnit(value: number, name: string): void {
  if (value >= 0 && value <= 1) return;
  throw new DomainError(`${name} must be 0 … 1, but is ${value}.`);
}

/** Throws unless a test's state holds so many finite numbers: what JSON makes of NaN and ∞ is `null`. */
export function requireLogs(logs: readonly number[], count: number, name: string): void {
  let known = logs.length === count;
  for (let j = 0; known && j < count; j += 1) known = Number.isFinite(logs[j]);
  if (known) return;
  throw new DomainError(
    `the state of ${name} must hold ${count} finite numbers, but holds ${JSON.stringify(logs)}.`,
  );
}

/** Throws unless the one number of a test's state is finite. */
export function requireLog(log: number, name: string): void {
  if (!Number.isFinite(log)) requireLogs([log], 1, name);
}

/** Throws where a threshold is not a number; `null` is none, and ±∞ is never or always. */
export function requireThreshold(logThreshold: number | null): void {
  if (logThreshold === null || !Number.isNaN(logThreshold)) return;
  throw new DomainError('logThreshold must be a number or null, but is NaN.');
}

/** Throws unless `value` is a number of at least `least`. */
export function requireAtLeast(value: number, least: number, name: string): void {
  if (Number.isFinite(value) && value >= least) return;
  throw new DomainError(`${name} must be a finite number ≥ ${least}, but is ${value}.`);
}
