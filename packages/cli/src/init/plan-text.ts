/** A plan from four answers, with a comment where a person will want to change something. */
import {
  compilePlan,
  forecast,
  formatDuration,
  formatFaults,
  formatRate,
  type RolloutPlan,
} from '@ascent/core';
import { parse } from 'yaml';
import type { Answers, Place } from './answers.js';

/** The plan as it is written, and as it is understood. */
export type WrittenPlan = { readonly text: string; readonly plan: RolloutPlan };

/** First shares that are tried, smallest first: the least number of users that still decides. */
const FIRST_SHARES = [5, 10, 20, 30, 40] as const;
const USUAL_FIRST_SHARE = 10;

/** The plan for `answers`. Its first share is the smallest that can be decided at this traffic, or 10 %. */
export function writePlan(answers: Answers): WrittenPlan {
  for (const share of FIRST_SHARES) {
    const written = planWith(answers, share);
    if (canDecide(written.plan, answers)) return written;
  }
  return planWith(answers, USUAL_FIRST_SHARE);
}

/** The errors alone: how slow the service usually is was not asked. */
function canDecide({ gates, stages }: RolloutPlan, { requestsPerMinute }: Answers): boolean {
  const traffic = { requestsPerMinute, errorRate: 0.001, latency: null };
  return forecast(gates, stages, traffic)
    .filter(({ sharePercent }) => sharePercent > 0)
    .every(({ verdict }) => verdict !== 'undecidable');
}

function planWith(answers: Answers, firstShare: number): WrittenPlan {
  const text = planText(answers, firstShare);
  const compiled = compilePlan(parse(text));
  if (compiled.type === 'plan') return { text, plan: compiled.plan };
  throw new Error(`ascent init wrote a plan with faults:\n${formatFaults(compiled.faults)}`);
}

/** Longest holds of the production plan, hours; they are scaled to the time there is. */
const HOURS = { smoke: 1, canary: 6, half: 24, full: 48 } as const;
const ALL_HOURS = HOURS.smoke + HOURS.canary + HOURS.half + HOURS.full;

function planText(answers: Answers, firstShare: number): string {
  const { service, place, longestMs, requestsPerMinute } = answers;
  const longest = (stage: keyof typeof HOURS): number =>
    wholeMs((longestMs * HOURS[stage]) / ALL_HOURS);
  const range = (stage: keyof typeof HOURS, least: number): string =>
    `${formatDuration(wholeMs(longest(stage) * least))} to ${formatDuration(longest(stage))}`;
  const approval = answers.approval ? ', approval: required' : '';
  return `# How a new revision of ${service} reaches its users, for ${formatRate(requestsPerMinute)}.
# docs/plan.md explains every key. Look at it with: ascent plan, and: ascent check
service: ${service}
platform:
${placeText(place)}
# Each stage holds for the least time, and until the gates are sure, at most for the longest: ${formatDuration(longestMs)} in all.
stages:
  # Nobody reaches it yet. Checks against its own address: smoke: smoke.yaml
  - { name: smoke, share: 0, hold: ${formatDuration(longest('smoke'))} }
  - { name: canary, share: ${String(firstShare)}, hold: ${range('canary', 2 / 3)} }
  - { name: half, share: 50, hold: ${range('half', 1 / 2)}${approval} }
  - { name: full, share: 100, hold: ${range('full', 1 / 2)}${approval} }

# What must hold to go on: the limit, and how much worse than the stable revision it may be at most.
gates:
  errorRate: { max: 1%, worseThanStableBy: 0.5% }
  latencyP95: { max: 5s, worseThanStableBy: 25% }

# What sends it back at once, whatever the statistics say.
rollback:
  errorRate: { above: 5%, for: ${formatDuration(hardMs(longestMs))} }
  latencyP95: { above: 10s, for: ${formatDuration(hardMs(longestMs))} }

# How often a good release may be sent back by chance, and a bad one may get through.
risk: { falseRollback: 1%, missedRegression: 10% }

# A stage that is undecided at the end of its longest hold: hold, ask or promote.
whenUndecidable: ask
# Metrics that cannot be read: hold, ask or rollback.
whenBlind: { after: 15m, do: hold }

# Who is told. The value comes from the environment and never enters the plan:
# notify: { slack: '\${SLACK_WEBHOOK_URL}' }
`;
}

function placeText(place: Place): string {
  switch (place.type) {
    case 'cloudRun':
      return `  cloudRun: { project: ${place.project}, region: ${place.region} }\nmetrics: cloudMonitoring\n`;
    case 'kubernetes': {
      const where = place.namespace === null ? '{}' : `{ namespace: ${place.namespace} }`;
      return `  # The cluster that kubectl would take; name another with context: and kubeconfig:\n  kubernetes: ${where}\n# The address of your Prometheus, which scrapes Knative's queue proxies.\nmetrics:\n  prometheus: { url: "http://127.0.0.1:9090" }\n`;
    }
    case 'local':
      return `  local: { url: ${JSON.stringify(place.url)} }\nmetrics: cloudMonitoring\n`;
  }
}

/** A hard rule needs a quarter of an hour, and less in a release of an hour. */
function hardMs(longestMs: number): number {
  return Math.min(900_000, wholeMs(longestMs / 40));
}

/** Rounded down to what a person would write: 5 s, minutes, five minutes, hours. */
function wholeMs(durationMs: number): number {
  const unitMs =
    durationMs < 60_000
      ? 5_000
      : durationMs < 3_600_000
        ? 60_000
        : durationMs < 36_000_000
          ? 300_000
          : 3_600_000;
  return Math.max(unitMs, Math.floor(durationMs / unitMs) * unitMs);
}
