/** `ascent plan`: what a plan will do and what its gates can see at the service's traffic, before anything ships. */
import { InvalidArgumentError, type Command } from 'commander';
import { dispersionMeasured, recentTraffic } from '@ascent/controller';
import {
  forecast,
  formatDuration,
  formatSpan,
  parseDurationMs,
  readRecord,
  servingRevisions,
  undecidableNotices,
  type ExpectedTraffic,
  type RolloutPlan,
} from '@ascent/core';
import { showExamples } from '../example.js';
import { print } from '../output.js';
import { openSession, type Session, type SharedOptions } from '../session.js';
import { assumedLatency } from './assumed-latency.js';
import { forecastText } from './forecast-text.js';

type PlanOptions = SharedOptions & {
  readonly rate?: number;
  readonly errorRate?: number;
  readonly latency?: number;
};

/** More requests a minute than any one service answers. */
const HIGHEST_RATE = 10_000_000;
/** Half are answered within this, milliseconds, where nobody says otherwise. */
const USUAL_MEDIAN_MS = 200;

/** A number as people write it: digits, and perhaps a fraction. */
function written(text: string): number | null {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : null;
}

/** Requests a minute. @throws InvalidArgumentError, as the two below. */
export function requestRate(text: string): number {
  const value = written(text);
  if (value !== null && value > 0 && value <= HIGHEST_RATE) return value;
  throw new InvalidArgumentError(
    'Write requests a minute as a number above 0 and up to 10000000, such as 5 or 0.2.',
  );
}

/** A part of requests. */
export function percent(text: string): number {
  const value = written(text.replace(/\s?%$/, ''));
  if (value !== null && value <= 100) return value / 100;
  throw new InvalidArgumentError('Write a percentage from 0% to 100%, such as 0.5%.');
}

function latency(text: string): number {
  const medianMs = parseDurationMs(text);
  if (medianMs !== null && medianMs > 0) return medianMs;
  throw new InvalidArgumentError('Write a duration such as 200ms or 1s.');
}

/** Adds the options and the action. */
export function addPlan(command: Command): void {
  command
    .option(
      '--rate <number>',
      'requests a minute (default: what was measured of late)',
      requestRate,
    )
    .option('--error-rate <percent>', 'part that fails today, beside --rate (default: 0%)', percent)
    .option(
      '--latency <duration>',
      'half are answered within, beside --rate (default: 200ms)',
      latency,
    );
  showExamples(command, ['ascent plan', 'ascent plan --rate 10 --error-rate 0.2%']).action(
    async (options: PlanOptions) => {
      refuseHalf(command, options);
      const session = await openSession(options);
      const { traffic, source, plan } = await trafficFor(session, options);
      const timing = plan.metrics;
      const stages =
        traffic === null ? [] : forecast(plan.gates, plan.stages, { ...traffic, timing });
      const { dispersion } = plan.gates.statistics;
      const notices = undecidableNotices(plan, traffic);
      const text = forecastText(plan, { traffic, source, stages, notices });
      print(text, { traffic, source, dispersion, stages, notices }, session);
    },
  );
}

/** What is said of the traffic counts only where all of it is said. */
function refuseHalf(command: Command, { rate, errorRate, latency: medianMs }: PlanOptions): void {
  if (rate !== undefined || (errorRate === undefined && medianMs === undefined)) return;
  const option = errorRate === undefined ? '--latency' : '--error-rate';
  command.error(
    `error: ${option} describes traffic that you make up, and needs --rate <requests a minute> beside it; without both, what was measured counts.`,
    { code: 'commander.missingRate' },
  );
}

/** The traffic, where it is known from, and the plan with what was measured of how failures cluster. */
type Expectation = {
  readonly traffic: ExpectedTraffic | null;
  readonly source: string;
  readonly plan: RolloutPlan;
};

async function trafficFor(
  { plan, world }: Session,
  { rate, errorRate = 0, latency: medianMs = USUAL_MEDIAN_MS }: PlanOptions,
): Promise<Expectation> {
  if (rate !== undefined) {
    const traffic = { requestsPerMinute: rate, errorRate, latency: assumedLatency(medianMs) };
    return {
      traffic,
      source: `as you said; half answered within ${formatDuration(medianMs)}, with a typical spread`,
      plan,
    };
  }
  const view = await world.service.read();
  const record = view.record === null ? null : readRecord(view.record);
  const stable = record?.stable ?? view.latestReady;
  if (stable === null) return { traffic: null, source: 'the service serves nothing yet', plan };
  const nowMs = world.now();
  const revisions = servingRevisions(view, record);
  const [traffic, measured] = await Promise.all([
    recentTraffic(world, plan, { revisions, nowMs }),
    dispersionMeasured(world, plan, { stable, nowMs }),
  ]);
  const source =
    (traffic === null ? null : formatSpan(traffic)) ?? `${stable} has no measured traffic`;
  return { traffic, source, plan: measured };
}
