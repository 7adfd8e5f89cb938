/** What many seeds come to, in lines for a terminal or a CI log. */
import type { Violation } from './rules.js';

/** What is told of one seed. */
export type SeedReport = {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly writes: number;
  readonly crashes: number;
  readonly tookMs: number;
  /** How each rollout of the trial ended. */
  readonly ends: readonly string[];
};

const HOUR_MS = 3_600_000;
/** Enough to see that a rule is broken everywhere; the seeds themselves are all counted. */
const SHOWN_PER_SEED = 3;

/** Adds up reports. */
export class SimSummary {
  readonly #total: number;
  readonly #startedMs: number;
  readonly #ends = new Map<string, number>();
  #done = 0;
  #steps = 0;
  #writes = 0;
  #crashes = 0;
  #virtualMs = 0;
  #brokenSeeds: number[] = [];

  constructor(total: number, startedMs: number) {
    this.#total = total;
    this.#startedMs = startedMs;
  }

  /** How many seeds broke a rule. */
  get broken(): number {
    return this.#brokenSeeds.length;
  }

  /** Counts one seed; the lines say what it broke, and how to see it. */
  add(report: SeedReport): readonly string[] {
    this.#done += 1;
    this.#steps += report.steps;
    this.#writes += report.writes;
    this.#crashes += report.crashes;
    this.#virtualMs += report.tookMs;
    for (const end of report.ends) this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1);
    const { seed, violations } = report;
    if (violations.length === 0) return [];
    this.#brokenSeeds.push(seed);
    const shown = violations
      .slice(0, SHOWN_PER_SEED)
      .map(({ rule, atMs, what }) => `  ${new Date(atMs).toISOString()} ${rule}: ${what}`);
    return [`seed ${seed} broke:`, ...shown, `  npm run sim -- --seed ${seed} --verbose`];
  }

  /** One line of progress. */
  progress(nowMs: number): string {
    const tookMs = nowMs - this.#startedMs;
    const perSecond = (1000 * this.#done) / Math.max(1, tookMs);
    const left = Math.round((this.#total - this.#done) / Math.max(perSecond, 1e-9));
    return `${this.#done} of ${this.#total} seeds, ${perSecond.toFixed(1)} a second, ${left} s left, ${this.broken} broken`;
  }

  /** The last lines. */
  end(nowMs: number): readonly string[] {
    const seconds = ((nowMs - this.#startedMs) / 1000).toFixed(1);
    const hours = Math.round(this.#virtualMs / HOUR_MS);
    const ends = [...this.#ends]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([end, count]) => `${count} ${end}`);
    const lines = [
      `${this.#done} seeds in ${seconds} s: ${hours} simulated hours, ${this.#steps} steps, ${this.#writes} writes, ${this.#crashes} crashes`,
      `rollouts: ${ends.join(', ') || 'none ended'}`,
    ];
    const seeds = this.#brokenSeeds.toSorted((a, b) => a - b).join(', ');
    return [
      ...lines,
      this.broken === 0 ? 'no rule was broken' : `rules were broken by seeds ${seeds}`,
    ];
  }
}
