/** A load test's result as lines for a person. */
import type { Check, LoadResult } from './tally.js';

/** Milliseconds with a unit that reads well. */
export function formatMs(milliseconds: number): string {
  if (milliseconds >= 10_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(2)} s`;
  return milliseconds >= 10 ? `${milliseconds.toFixed(0)} ms` : `${milliseconds.toFixed(2)} ms`;
}

/** A ratio as a percentage. */
export function formatRatio(ratio: number): string {
  return `${(ratio * 100).toFixed(2)} %`;
}

/** One threshold in one sentence. */
export function checkText({ name, value, limit, passed }: Check): string {
  const show = name === 'error rate' ? formatRatio : formatMs;
  const found = value === null ? 'not known, for nothing was asked' : show(value);
  return `${passed ? 'passed' : 'FAILED'}  ${name} is ${found}, and must be below ${show(limit)}`;
}

/** What is said of a test that was ended early. */
export const INTERRUPTED =
  'INTERRUPTED  the test was ended before its last stage, and has not passed';

/** The whole result. */
export function resultText(result: LoadResult): string {
  const { latency, lateness, faults } = result;
  return [
    `${result.requests} requests, ${result.errors} of them failed (${formatRatio(result.errorRatio)})`,
    `Latency from when each was due: P50 ${formatMs(latency.p50)}, P90 ${formatMs(latency.p90)}, P95 ${formatMs(latency.p95)}, P99 ${formatMs(latency.p99)}, P99.9 ${formatMs(latency.p999)}, longest ${formatMs(latency.max)}`,
    ...Object.entries(faults).map(([fault, count]) => `  ${count} × ${fault}`),
    ...(lateness.p99 > 100
      ? [
          `This machine was slow: one request in a hundred was sent ${formatMs(lateness.p99)} late or more.`,
        ]
      : []),
    ...result.checks.map(checkText),
    ...(result.interrupted ? [INTERRUPTED] : []),
  ].join('\n');
}
