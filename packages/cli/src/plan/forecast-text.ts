/** A forecast as a person reads it. */
import {
  adviceWords,
  formatDuration,
  formatRate,
  undecidableNotices,
  type ExpectedTraffic,
  type RolloutPlan,
  type StageForecast,
  type TimeToSee,
} from '@ascent/core';

/** What is shown. */
export type ForecastView = {
  readonly traffic: ExpectedTraffic | null;
  readonly source: string;
  readonly stages: readonly StageForecast[];
};

/** The plan's stages, and what each can see at this traffic. */
export function forecastText(plan: RolloutPlan, { traffic, source, stages }: ForecastView): string {
  const lines = [`${plan.service}: the plan is valid.`, ''];
  lines.push(...plan.stages.map(stageLine));
  lines.push('');
  if (traffic === null) {
    lines.push(
      `What the gates can see is not known: ${source}. Say it with --rate <requests a minute>.`,
    );
    return lines.join('\n');
  }
  const errors = Number((traffic.errorRate * 100).toPrecision(2));
  lines.push(`At ${formatRate(traffic.requestsPerMinute)}, ${errors} % of which fail (${source}):`);
  for (const stage of stages.filter(({ sharePercent }) => sharePercent > 0)) {
    lines.push(...stageLines(stage));
  }
  const notices = undecidableNotices(plan, traffic);
  if (notices.length > 0) lines.push('', ...notices);
  return lines.join('\n');
}

function stageLine(stage: RolloutPlan['stages'][number]): string {
  const { name, sharePercent, holdMinMs, holdMaxMs, approvalsRequired, spotChecks } = stage;
  const hold = `hold ${formatDuration(holdMinMs)} to ${formatDuration(holdMaxMs)}`;
  const people = approvalsRequired === 0 ? '' : `  approvals ${approvalsRequired}`;
  const tried = spotChecks === 0 ? '' : `  spot checks ${spotChecks}`;
  return `  ${name.padEnd(10)} ${String(sharePercent).padStart(3)} %  ${hold}${people}${tried}`;
}

function stageLines(stage: StageForecast): readonly string[] {
  const requests = Math.round(stage.candidateRequests.inHoldMax);
  const smallest =
    stage.smallestRateSeen === null
      ? 'no failure rate is sure to be seen'
      : `sees a candidate that fails ${Number((stage.smallestRateSeen * 100).toPrecision(2))} % or more`;
  const lines = [
    `  ${stage.name.padEnd(10)} ${requests} candidate requests at most; ${smallest}; ${proofWords(stage)}`,
  ];
  const times = stage.failureRates.map(({ rate, time }) => `${rate * 100} %: ${timeWords(time)}`);
  lines.push(`             back after (half of the time)  ${times.join('   ')}`);
  if (stage.slowdowns.length > 0) {
    const slow = stage.slowdowns.map(({ factor, time }) => `×${factor}: ${timeWords(time)}`);
    lines.push(`             slower                         ${slow.join('   ')}`);
  }
  if (stage.advice.length > 0)
    lines.push(`             to decide: ${stage.advice.map(adviceWords).join(', or ')}`);
  return lines;
}

function proofWords({ proof, verdict }: StageForecast): string {
  if (verdict === 'not-measured') return 'not measured';
  return proof === null
    ? 'a good one cannot be proven good'
    : `a good one goes on after about ${formatDuration(proof.medianMs)}`;
}

function timeWords(time: TimeToSee): string {
  return time === null ? 'never' : formatDuration(time.medianMs);
}
