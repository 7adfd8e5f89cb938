/** A forecast as a person reads it. */
import {
  formatDuration,
  formatPercent,
  formatRate,
  type ExpectedTraffic,
  type RolloutPlan,
  type StageForecast,
} from '@ascent/core';
import { forecastChart } from './forecast-chart.js';
import { forecastTable } from './forecast-table.js';

/** What is shown. */
export type ForecastView = {
  readonly traffic: ExpectedTraffic | null;
  readonly source: string;
  readonly stages: readonly StageForecast[];
  /** What is said of stages that cannot be decided. */
  readonly notices: readonly string[];
};

/** The plan's stages, and what each can see at this traffic. */
export function forecastText(
  plan: RolloutPlan,
  { traffic, source, stages, notices }: ForecastView,
): string {
  const lines = [`${plan.service}: the plan is valid.`, ''];
  lines.push(...plan.stages.map(stageLine));
  lines.push('');
  if (traffic === null) {
    lines.push(
      `What the gates can see is not known: ${source}. Say it with --rate <requests a minute>.`,
    );
    return lines.join('\n');
  }
  const { dispersion } = plan.gates.statistics;
  const errors = formatPercent(traffic.errorRate);
  const clusters =
    dispersion > 1
      ? `; failures come in clusters, about ${Number(dispersion.toPrecision(2))} count as one`
      : '';
  const seen = stages.filter(({ sharePercent }) => sharePercent > 0);
  const rate = formatRate(traffic.requestsPerMinute);
  lines.push(
    `At ${rate}, ${errors} of which fail (${source})${clusters}. How long until it is seen, in half / in nine of ten rollouts:`,
    '',
    ...forecastTable(seen),
    '',
    timingLine(plan),
  );
  const [first] = seen;
  const holdMaxMs = plan.stages.find(({ name }) => name === first?.name)?.holdMaxMs ?? 0;
  if (first !== undefined) {
    const title = `Stage ${first.name}, ${first.sharePercent} %: ━ half of the rollouts, ╌ nine of ten`;
    lines.push('', title, ...forecastChart(first, holdMaxMs));
  }
  if (seen.some(({ sharePercent }) => sharePercent === 100)) {
    lines.push(
      '',
      'At 100 % nothing serves beside the candidate: only the limits are left. A holdback (docs/plan.md) keeps the comparison.',
    );
  }
  if (notices.length > 0) lines.push('', ...notices);
  return lines.join('\n');
}

/** What the times count beside the requests they need. */
function timingLine({ gates, metrics }: RolloutPlan): string {
  const { samplePeriodMs, visibilityDelayMs } = metrics;
  const warmUp =
    gates.warmUpMs > 0
      ? `the warm-up of ${formatDuration(gates.warmUpMs)}, in which only a broken release is seen, `
      : '';
  return `The times count ${warmUp}samples of ${formatDuration(samplePeriodMs)}, and ${formatDuration(visibilityDelayMs)} until one can be trusted.`;
}

function stageLine(stage: RolloutPlan['stages'][number]): string {
  const { name, sharePercent, holdMinMs, holdMaxMs, approvalsRequired, spotChecks } = stage;
  const hold = `hold ${formatDuration(holdMinMs)} to ${formatDuration(holdMaxMs)}`;
  const people = approvalsRequired === 0 ? '' : `  approvals ${approvalsRequired}`;
  const tried = spotChecks === 0 ? '' : `  spot checks ${spotChecks}`;
  return `  ${name.padEnd(10)} ${String(sharePercent).padStart(3)} %  ${hold}${people}${tried}`;
}
