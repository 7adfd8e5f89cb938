/** What `ascent simulate` says: a chart and the decisions of one run, or how many runs are distributed. */
import { formatDuration, type RolloutPlan } from '@ascent/core';
import type { Tally } from '@ascent/simulator';
import { moneyText } from './money.js';
import { sparkline, type Reading } from './chart.js';
import type { Distribution, Moment, Simulated, SimulatedRun } from './simulate.js';

const COLUMNS = 64;
/** Fewer answers than these minutes bring make no rate. */
const LEAST_WINDOW_MS = 600_000;

const ends: Readonly<Record<string, string>> = {
  promoted: 'promoted',
  rolledBack: 'rolled back',
  running: 'still running after two weeks',
  paused: 'still waiting after two weeks',
};

/** One run: its chart, its decisions, its users. */
export function runText(wanted: Simulated, run: SimulatedRun): string {
  const [first] = run.course;
  const startMs = first?.atMs ?? 0;
  return [
    head(wanted),
    '',
    `share   |${sparkline(shares(run.course), { columns: COLUMNS, most: 100 })}| of 100 %`,
    `failed  |${failedLine(run.course)}`,
    `         0${formatDuration(run.tookMs).padStart(COLUMNS - 1)}`,
    '',
    ...run.decisions.map(
      ({ atMs, stage, sentence }) =>
        `${formatDuration(atMs - startMs).padStart(10)}  ${stage.padEnd(8)} ${sentence}`,
    ),
    '',
    `${ends[run.end] ?? run.end} after ${formatDuration(run.tookMs)} (${run.steps} steps)`,
    `candidate: ${tallyText(run.candidate, wanted.plan)}`,
    `stable:    ${tallyText(run.stable, wanted.plan)}`,
    `users hurt by the release: ${run.usersHurt} answers failed that would not have failed before it`,
    moneyText(run.money, wanted.size),
  ].join('\n');
}

/** Many runs: how they ended, how long that took, how many users it hurt. */
export function distributionText(wanted: Simulated, { runs, ends: counts }: Distribution): string {
  const kinds = Object.entries(counts).toSorted((a, b) => b[1] - a[1]);
  const lines = kinds.flatMap(([end, count]) => {
    const these = runs.filter((run) => run.end === end);
    const took = these.map(({ tookMs }) => tookMs);
    const hurt = these.map(({ usersHurt }) => usersHurt);
    const spent = these.map(({ money }) => money.answers + money.waiting);
    const share = ((100 * count) / runs.length).toFixed(1);
    return [
      `${ends[end] ?? end}: ${count} of ${runs.length} (${share} %)`,
      `  after      ${spread(took, formatDuration)}`,
      `  users hurt ${spread(hurt, (value) => String(Math.round(value)))}`,
      `  dollars    ${spread(spent, (value) => value.toFixed(2))}`,
    ];
  });
  return [head(wanted), '', ...lines].join('\n');
}

function head({ scenario, rate, planFile, seed, runs }: Simulated): string {
  const seeds = runs === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + runs - 1}`;
  return `${scenario.name}: ${scenario.summary}\n${planFile}, ${rate} requests a minute, ${seeds}`;
}

function spread(values: readonly number[], format: (value: number) => string): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): string =>
    format(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0);
  return `half within ${at(0.5)}, nine of ten within ${at(0.9)}, at most ${at(1)}`;
}

function shares(course: readonly Moment[]): readonly Reading[] {
  return course.map(({ atMs, sharePercent }) => ({ atMs, value: sharePercent }));
}

/** The candidate's failure rate; the scale is the worst of it, which is named. */
function failedLine(course: readonly Moment[]): string {
  const readings: Reading[] = [];
  const spanMs = (course.at(-1)?.atMs ?? 0) - (course[0]?.atMs ?? 0);
  const windowMs = Math.max(LEAST_WINDOW_MS, spanMs / COLUMNS);
  let from = course[0];
  for (const moment of course) {
    if (from === undefined || moment.atMs - from.atMs < windowMs) continue;
    const requests = moment.candidate.requests - from.candidate.requests;
    const errors = moment.candidate.errors - from.candidate.errors;
    readings.push({ atMs: moment.atMs, value: requests === 0 ? 0 : errors / requests });
    from = moment;
  }
  const most = Math.max(0.01, ...readings.map(({ value }) => value));
  const line = sparkline(readings, { columns: COLUMNS, most }).padEnd(COLUMNS);
  return `${line}| of ${(100 * most).toFixed(1)} %, the candidate's answers`;
}

function tallyText({ requests, errors, slow }: Tally, { gates }: RolloutPlan): string {
  const failed = requests === 0 ? '' : ` (${((100 * errors) / requests).toFixed(2)} %)`;
  const limit = gates.latencyP95?.maxMs;
  const tooSlow = limit === undefined ? '' : `, ${slow} slower than ${formatDuration(limit)}`;
  return `${requests} answers, ${errors} failed${failed}${tooSlow}`;
}
