/**
 * Assertions of a function's domain. A number outside it is a mistake of the caller, never of the
 * traffic, so it stops the calculation with a sentence that names the value.
 */

/** Thrown when a statistical function is called outside its domain. */
export class DomainError extends RangeError {
  override readonly name = 'DomainError';
}

/** Throws a {@link DomainError} unless the condition holds. */
export function requireDomain(condition: boolean, message: string): asserts condition {
  if (!condition) throw new DomainError(message);
}

/** Throws unless `value` is a whole number of things, zero or more. */
export function requireCount(value: number, name: string): void {
  requireDomain(
    Number.isSafeInteger(value) && value >= 0,
    `${name} must be a whole number ≥ 0, but is ${value}.`,
  );
}

/** Throws unless `events` of `requests` is possible. */
export function requireCounts(requests: number, events: number, name: string): void {
  requireCount(requests, `${name} requests`);
  requireCount(events, `${name} errors`);
  requireDomain(
    events <= requests,
    `${name} errors (${events}) must not exceed its requests (${requests}).`,
  );
}

/** Throws unless `value` lies strictly between 0 and 1. */
export function requireOpenUnit(value: number, name: string): void {
  requireDomain(value > 0 && value < 1, `${name} must be > 0 and < 1, but is ${value}.`);
}

/** Throws unless `value` is a number of at least `least`. */
export function requireAtLeast(value: number, least: number, name: string): void {
  requireDomain(
    Number.isFinite(value) && value >= least,
    `${name} must be a finite number ≥ ${least}, but is ${value}.`,
  );
}
