/** A report as one HTML file that needs nothing else: no script, no request, the charts are SVG. It prints well. */
import type { ArmSeries } from '@ascent/controller';
import { formatDuration } from '@ascent/core';
import { statusWords } from '../status-text.js';
import { escaped, svgChart, type ChartSeries } from '../svg-chart.js';
import { lastDecision, shareCourse, type Report } from './report.js';
import {
  capital,
  GATE_HEADS,
  gateRows,
  latency,
  percent,
  stageRows,
  TRAFFIC_HEADS,
  trafficRows,
  utc,
} from './report-text.js';

const CANDIDATE = 'var(--candidate)';
const STABLE = 'var(--stable)';

const STYLE = `:root{color-scheme:light dark;--candidate:#0072b2;--stable:#6b6b6b}
@media screen and (prefers-color-scheme:dark){:root{--candidate:#56b4e9;--stable:#a6a6a6}}
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.1rem;margin-top:2rem}.table{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884}td{font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;font:12px system-ui,sans-serif;fill:currentColor}.end{font-size:1.15rem}blockquote{margin:1rem 0;padding-left:1rem;border-left:3px solid #8888}
@media (max-width:40rem){svg{font-size:25px;overflow:visible}.log :is(table,tbody,tr,td){display:block;border:0}.log thead{display:none}.log tr{padding:.5rem 0;border-bottom:1px solid #8884}.log td{padding:0 .6rem 0 0;display:inline}.log td:last-child{display:block}}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr,svg{break-inside:avoid}}`;

/** The page. */
export function reportPage(report: Report): string {
  const { plan, rollout, reasons, untilMs } = report;
  const title = `${plan.service}: ${rollout.candidate} over ${rollout.stable}`;
  const span = formatDuration(untilMs - rollout.startedMs);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escaped(title)}</h1>
<p class="end"><strong>${escaped(capital(statusWords(rollout.status)))}.</strong> ${escaped(lastDecision(report)?.sentence ?? '')}</p>
${reasons.map(({ by, reason }) => `<blockquote>${escaped(reason)} (${escaped(by)})</blockquote>`).join('')}
<p>${utc(rollout.startedMs)} to ${utc(untilMs)}, ${span}.</p>
<h2>The ascent</h2>${shareChart(report)}${table(['Stage', 'Share', 'Hold', 'Entered'], stageRows(report))}
${judgement(report)}${traffic(report)}
<h2>Decisions</h2><div class="log">${decisions(report)}</div>
</main></body></html>
`;
}

function shareChart(report: Report): string {
  const points = shareCourse(report).map(({ atMs, sharePercent }) => ({
    atMs,
    value: sharePercent,
  }));
  return svgChart({
    series: [{ name: "candidate's share", colour: CANDIDATE, points, steps: true }],
    say: (value) => `${value} %`,
    until: formatDuration(report.untilMs - report.rollout.startedMs),
    most: 100,
  });
}

function judgement(report: Report): string {
  const rows = gateRows(report);
  if (report.rollout.judgement === null || rows.length === 0) return '';
  return `<h2>Candidate against stable, at the last decision</h2><p>${escaped(report.rollout.judgement.explanation)}</p>${table(GATE_HEADS, rows)}`;
}

function traffic(report: Report): string {
  const { traffic: series, unavailable } = report;
  if (series === null) {
    const why =
      unavailable === null
        ? 'The metrics hold nothing of it.'
        : `The metrics could not be read: ${unavailable}`;
    return `<h2>Traffic</h2><p>${escaped(why)}</p>`;
  }
  const { fromMs, binMs, knownUntilMs, untilMs } = series;
  const both = (value: (arm: ArmSeries, bin: number) => number | null): readonly ChartSeries[] =>
    (['candidate', 'stable'] as const).map((name) => ({
      name,
      colour: name === 'candidate' ? CANDIDATE : STABLE,
      points: series[name].requests.map((_, bin) => ({
        atMs: fromMs + bin * binMs,
        value: fromMs + (bin + 1) * binMs <= knownUntilMs ? value(series[name], bin) : null,
      })),
    }));
  const until = formatDuration(untilMs - fromMs);
  const ratio = ({ requests, errors }: ArmSeries, bin: number): number | null =>
    requests[bin] ? (errors[bin] ?? 0) / requests[bin] : null;
  return [
    `<h2>Traffic</h2>${table(TRAFFIC_HEADS, trafficRows(report))}`,
    '<h3>Requests a minute</h3>',
    svgChart({
      series: both(({ requests }, bin) => ((requests[bin] ?? 0) * 60_000) / binMs),
      say: (value) => value.toFixed(0),
      until,
    }),
    '<h3>Failed requests</h3>',
    svgChart({ series: both(ratio), say: percent, until, most: 0.01 }),
    '<h3>Latency, P95</h3>',
    svgChart({ series: both(({ p95Ms }, bin) => p95Ms[bin] ?? null), say: latency, until }),
  ].join('');
}

function decisions({ rollout }: Report): string {
  return table(
    ['Time', 'Stage', 'Share', 'By', 'What and why'],
    rollout.decisions.map(({ atMs, stage, toPercent, by, sentence }) => [
      utc(atMs),
      stage,
      `${toPercent} %`,
      by,
      sentence,
    ]),
  );
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => line(row, 'td')).join('');
  return `<div class="table"><table><thead>${line(heads, 'th')}</thead><tbody>${body}</tbody></table></div>`;
}
