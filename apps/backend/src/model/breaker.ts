/** How a {@link Breaker} behaves; milliseconds. */
export interface BreakerOptions {
  /** Failures in a row after which the provider is left alone. */
  readonly failuresMax: number;
  readonly coolDownMs: number;
}

/**
 * A circuit breaker: after some failures in a row a provider is left alone for a while, then one request tries it.
 *
 * Without it a hanging provider costs every diver the whole timeout before the fallback answers; with it only the first
 * few. Counting failures in a row, not a rate, was chosen because one instance asks too seldom for a rate to mean much.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #closedUntilMs = 0;
  #isTrying = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Whether a request may try now. A `true` must be followed by one of the reports below. */
  allow(nowMs: number): boolean {
    if (this.#failures < this.#options.failuresMax) return true;
    if (nowMs < this.#closedUntilMs || this.#isTrying) return false;
    this.#isTrying = true;
    return true;
  }

  /** The request was answered. */
  reportSuccess(): void {
    this.#failures = 0;
    this.#isTrying = false;
  }

  /** The request failed. `isFinal` closes at once: a quota does not come back by asking again. */
  reportFailure(nowMs: number, isFinal = false): void {
    this.#failures = isFinal ? this.#options.failuresMax : this.#failures + 1;
    this.#isTrying = false;
    this.#closedUntilMs = nowMs + this.#options.coolDownMs;
  }

  /** The request ended without saying anything about the provider (the diver went away). */
  reportNothing(): void {
    this.#isTrying = false;
  }
}
