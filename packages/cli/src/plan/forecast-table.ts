/** A forecast as a table: what is to be seen in the rows, the stages in the columns. */
import {
  formatDuration,
  formatLongDuration,
  formatPercent,
  type StageForecast,
  type TimeToSee,
} from '@ascent/core';

/** Something the gates should see, and when they do at each stage (in the order of the stages). */
export type ForecastRow = { readonly what: string; readonly times: readonly TimeToSee[] };

/** Every question a forecast answers with a time. */
export function forecastRows(stages: readonly StageForecast[]): readonly ForecastRow[] {
  const [first] = stages;
  if (first === undefined) return [];
  return [
    ...first.failureRates.map(({ rate }, i) => ({
      what: rate === 1 ? 'fails everything' : `fails ${formatPercent(rate)}`,
      times: stages.map(({ failureRates }) => failureRates[i]?.time ?? null),
    })),
    ...first.slowdowns.map(({ factor }, i) => ({
      what: `${factor} times slower`,
      times: stages.map(({ slowdowns }) => slowdowns[i]?.time ?? null),
    })),
    { what: 'a good one is proven', times: stages.map(({ proof }) => proof) },
  ];
}

/** The lines of the table, aligned. Times are until half and until nine of ten rollouts have seen it. */
export function forecastTable(stages: readonly StageForecast[]): readonly string[] {
  const head = ['', ...stages.map(({ name, sharePercent }) => `${name} ${sharePercent} %`)];
  const requests = stages.map(({ candidateRequests: { inHoldMin, inHoldMax } }) =>
    Math.round(inHoldMin) === Math.round(inHoldMax)
      ? sayCount(inHoldMin)
      : `${sayCount(inHoldMin)} to ${sayCount(inHoldMax)}`,
  );
  const smallest = stages.map(({ smallestRateSeen }) =>
    smallestRateSeen === null ? 'none' : formatPercent(smallestRateSeen),
  );
  const hasErrorGate = stages.some(({ failureRates }) => failureRates.length > 0);
  const rows = [
    ['candidate requests in the hold', ...requests],
    ...(hasErrorGate ? [['smallest failure rate surely seen', ...smallest]] : []),
    ...forecastRows(stages).map(({ what, times }) => [what, ...times.map(sayTime)]),
  ];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)),
  );
  return [head, ...rows].map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd(),
  );
}

/** "1h 20m / 3h 5m"; "never" where more requests would not help. */
function sayTime(time: TimeToSee): string {
  if (time === null) return 'never';
  const [half, most] = [sayDuration(time.medianMs), sayDuration(time.q90Ms)];
  return half === most ? half : `${half} / ${most}`;
}

/** Two units are more than a forecast knows, and a year is longer than anybody holds. */
export function sayDuration(ms: number): string {
  if (ms > 365 * 86_400_000) return formatLongDuration(ms);
  const units = [86_400_000, 3_600_000, 60_000, 1_000];
  const unit = units.find((one) => ms >= one) ?? 1_000;
  const rounded = ms >= 10 * unit ? unit : unit === 1_000 ? 1_000 : unit / 10;
  const value = Math.max(1, Math.round(ms / rounded)) * rounded;
  if (value % unit === 0) return formatDuration(value);
  const suffix = { 86_400_000: 'd', 3_600_000: 'h', 60_000: 'm' }[unit] ?? 's';
  return `${Number((value / unit).toFixed(1))}${suffix}`;
}

function sayCount(requests: number): string {
  return Math.round(requests).toLocaleString('en-US');
}
