/** The measured numbers as Markdown tables. */
import { defaultStatistics, forecast } from '@ascent/core';
import type { Outcome } from './hold.js';
import { cellName, strictPlan } from './jobs.js';
import { informationBound } from './oracle.js';
import { quantile } from './results.js';
import type { Results } from './results.js';
import { held, rates, regressions, stableRates } from './scenario.js';
import type { Scenario } from './scenario.js';

/** A Markdown table. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => ' --- ').join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}

/** 0.0123 → "1.23 %". */
export function percent(part: number): string {
  if (Number.isNaN(part)) return '–';
  return `${Number((100 * part).toPrecision(3))} %`;
}

/** Three significant digits, "–" for nothing. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** Mean number of failed requests of the candidate's users. */
export function meanFailed(outcome: Outcome): number {
  return outcome.failed / outcome.runs;
}

/** Mean candidate requests until the rollback; runs without one count up to the end. */
export function meanRequests(outcome: Outcome): number {
  return outcome.requests / outcome.runs;
}

/** Part of the rollouts that were rolled back. */
export function stoppedPart(outcome: Pick<Outcome, 'stopped' | 'runs'> | null): number {
  return outcome === null ? NaN : outcome.stopped / outcome.runs;
}

/** How many times the requests of the better oracle Ascent needs; NaN where not all were seen. */
export function ratioToOracle(results: Results, cell: string): number {
  const ours = results.held(cell, 'ascent');
  const likelihood = results.held(cell, 'likelihood oracle');
  const conditional = results.held(cell, 'conditional oracle');
  if (ours === null || likelihood === null || conditional === null) return NaN;
  if (stoppedPart(ours) < 0.99) return NaN;
  return meanRequests(ours) / Math.min(meanRequests(likelihood), meanRequests(conditional));
}

/**
 * Simulated over forecast time until nine of ten are seen; NaN where not all were seen, and where a tick
 * or two decide, because nothing is looked at before a tick ends.
 */
export function planRatio(results: Results, scenario: Scenario): number {
  const ours = results.held(cellName('regression', scenario), 'ascent');
  if (ours === null || stoppedPart(ours) < 0.99) return NaN;
  const { requestsPerMinute, stableRate, tickMs } = scenario;
  const stage = { name: 'canary', sharePercent: 10, holdMinMs: 14_400_000, holdMaxMs: 14_400_000 };
  const [seen] = forecast(strictPlan, [stage], {
    requestsPerMinute,
    errorRate: stableRate,
    latency: null,
  });
  const time = seen?.failureRates.find(({ rate }) => rate === scenario.candidateRate)?.time;
  if (time === null || time === undefined || time.q90Ms < 2 * tickMs) return NaN;
  const blockMs = (defaultStatistics.blockMinimumRequests / requestsPerMinute) * 60_000;
  const predictedMs = time.q90Ms + Math.max(0, tickMs - blockMs) / 2;
  const perMs = (requestsPerMinute * scenario.share) / 60_000;
  return quantile(ours.stoppedRequests, 0.9) / perMs / predictedMs;
}

const toolNames = ['Flagger', 'Argo Rollouts', 'Release Manager', 'PipeCD'] as const;

/** Regressions at minute ticks: everyone. */
export function regressionTable(results: Results): readonly string[] {
  const cell = (outcome: Outcome | null): string =>
    outcome === null
      ? '–'
      : `${percent(stoppedPart(outcome))} / ${figure(quantile(outcome.stoppedRequests, 0.5))} / ${figure(meanFailed(outcome))}`;
  const rows = regressions(60_000).map((scenario) => {
    const key = cellName('regression', scenario);
    const ours = results.held(key, 'ascent');
    const seen = stoppedPart(ours) >= 0.99;
    const bound = informationBound(scenario);
    return [
      ...worldColumns(scenario),
      `**${cell(ours)}**`,
      seen && ours !== null ? figure(meanRequests(ours) / bound) : '–',
      figure(ratioToOracle(results, key)),
      ...toolNames.map((tool) => cell(results.held(key, tool))),
      cell(results.held(cellName('regression Kayenta', scenario), 'Kayenta')),
    ];
  });
  return table(
    ['req/min', 'stable', 'candidate', 'Ascent', '÷ bound', '÷ oracle', ...toolNames, 'Kayenta'],
    rows,
  );
}

/** Regressions at ten-second ticks: Ascent and the oracle. */
export function fastTable(results: Results): readonly string[] {
  const rows = regressions(10_000)
    .filter(({ requestsPerMinute }) => requestsPerMinute >= 5)
    .map((scenario) => {
      const key = cellName('regression', scenario);
      const ours = results.held(key, 'ascent');
      if (ours === null) return [...worldColumns(scenario), '–', '–', '–', '–', '–', '–'];
      const perTick = scenario.requestsPerMinute / 60;
      return [
        ...worldColumns(scenario),
        percent(stoppedPart(ours)),
        figure(quantile(ours.stoppedRequests, 0.5)),
        figure(meanFailed(ours)),
        figure(perTick * scenario.candidateRate),
        figure(ratioToOracle(results, key)),
        figure(planRatio(results, scenario)),
      ];
    });
  return table(
    [
      'req/min',
      'stable',
      'candidate',
      'seen',
      'median requests',
      'mean failed',
      'failed in one tick',
      '÷ oracle',
      '90 % quantile ÷ forecast',
    ],
    rows,
  );
}

/** Good releases: how often each tool rolls one back. */
export function goodTable(results: Results): readonly string[] {
  const rows = rates.flatMap((requestsPerMinute) =>
    stableRates.map((rate) => {
      const scenario = { ...held, requestsPerMinute, stableRate: rate, candidateRate: rate };
      const ours = results.held(cellName('good', scenario), 'ascent');
      const key = cellName('good peers', scenario);
      return [
        String(requestsPerMinute),
        percent(rate),
        `**${percent(stoppedPart(ours))}** (${ours?.runs ?? 0})`,
        ...[...toolNames, 'Kayenta'].map((tool) => percent(stoppedPart(results.held(key, tool)))),
      ];
    }),
  );
  return table(['req/min', 'error rate', 'Ascent (runs)', ...toolNames, 'Kayenta'], rows);
}

function worldColumns(scenario: Scenario): readonly string[] {
  return [
    String(scenario.requestsPerMinute),
    percent(scenario.stableRate),
    percent(scenario.candidateRate),
  ];
}
