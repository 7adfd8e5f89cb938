/** A load test's result as one HTML file that needs nothing else: no script, no request, the charts are SVG. */
import { checkText, formatMs, formatRatio, INTERRUPTED } from './result-text.js';
import { escaped, svgChart } from '../svg-chart.js';
import type { Interval, LoadResult } from './tally.js';

/** What the page says beside the result. */
export type PageHead = {
  readonly url: string;
  readonly startedAt: string;
  readonly stages: string;
};

const percentileNames = [
  ['p50', 'P50'],
  ['p75', 'P75'],
  ['p90', 'P90'],
  ['p95', 'P95'],
  ['p99', 'P99'],
  ['p999', 'P99.9'],
  ['max', 'longest'],
] as const;

type Line = {
  readonly name: string;
  readonly colour: string;
  readonly of: (interval: Interval) => number;
};

function chart(
  intervals: readonly Interval[],
  lines: readonly Line[],
  say: (value: number) => string,
): string {
  // One point is no line.
  if (intervals.length < 2) return '';
  const lastMs = Math.max(0, ...intervals.map(({ fromMs }) => fromMs));
  const series = lines.map(({ name, colour, of }) => ({
    name,
    colour,
    points: intervals.map((interval) => ({ atMs: interval.fromMs, value: of(interval) })),
  }));
  return svgChart({ series, say, until: `${(lastMs / 1_000).toFixed(0)} s` });
}

function table(rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(
    ([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`,
  );
  return `<table>${cells.join('')}</table>`;
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}th,td{text-align:left;padding:.2rem 1rem .2rem 0;font-weight:400}td{font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;font:11px system-ui,sans-serif;fill:currentColor}.failed{font-weight:700}`;

/** The page. */
export function resultPage(result: LoadResult, { url, startedAt, stages }: PageHead): string {
  const { latency, intervals, interrupted } = result;
  const verdict = interrupted ? 'interrupted' : result.passed ? 'passed' : 'failed';
  const checks = result.checks.map(
    (check) =>
      `<li class="${check.passed ? 'passed' : 'failed'}">${escaped(checkText(check))}</li>`,
  );
  if (interrupted) checks.push(`<li class="failed">${INTERRUPTED}</li>`);
  const faults = Object.entries(result.faults).map(
    ([fault, count]) => [fault, String(count)] as const,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Load test: ${verdict}</title><style>${STYLE}</style></head><body>
<h1>Load test: ${verdict}</h1>
<p>${escaped(url)}, ${escaped(startedAt)}, stages ${escaped(stages)}</p><ul>${checks.join('')}</ul>
<h2>Latency</h2><p>Counted from the moment each request was due, whether or not it could be sent then.</p>
${table(percentileNames.map(([key, name]) => [name, formatMs(latency[key])] as const))}
${chart(
  intervals,
  [
    { name: 'P50', colour: '#0072b2', of: ({ p50 }) => p50 },
    { name: 'P95', colour: '#d55e00', of: ({ p95 }) => p95 },
  ],
  formatMs,
)}
<h2>Requests</h2>
${table([['requests', String(result.requests)], ['failed', `${result.errors} (${formatRatio(result.errorRatio)})`], ...faults])}
${chart(
  intervals,
  [
    { name: 'requests in 10 s', colour: '#0072b2', of: ({ requests }) => requests },
    { name: 'failed in 10 s', colour: '#d55e00', of: ({ errors }) => errors },
  ],
  (value) => value.toFixed(0),
)}
</body></html>
`;
}
