/** `ascent plan`: what a plan will do and what its gates can see at the service's traffic, before anything ships. */
import { InvalidArgumentError, type Command } from 'commander';
import { dispersionMeasured, recentTraffic } from '@ascent/controller';
import {
  forecast,
  formatDuration,
  parseDurationMs,
  readRecord,
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
  readonly errorRate: number;
  readonly latency: number;
};

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Write a number above 0.');
}

function percent(text: string): number {
  const value = Number(text.replace(/\s?%$/, ''));
  if (Number.isFinite(value) && value >= 0 && value <= 100) return value / 100;
  throw new InvalidArgumentError('Write a percentage such as 0.5%.');
}

function latency(text: string): number {
  const medianMs = parseDurationMs(text);
  if (medianMs !== null && medianMs > 0) return medianMs;
  throw new InvalidArgumentError('Write a duration such as 200ms or 1s.');
}

/** Adds the options and the action. */
export function addPlan(command: Command): void {
  command
    .option('--rate <number>', 'requests a minute (default: what was measured of late)', positive)
    .option('--error-rate <percent>', 'part that fails today, beside --rate', percent, 0)
    .option('--latency <duration>', 'half are answered within, beside --rate', latency, 200);
  showExamples(command, ['ascent plan', 'ascent plan --rate 10 --error-rate 0.2%']).action(
    async (options: PlanOptions) => {
      const session = await openSession(options);
      const { traffic, source, plan } = await trafficFor(session, options);
      const stages = traffic === null ? [] : forecast(plan.gates, plan.stages, traffic);
      const { dispersion } = plan.gates.statistics;
      const text = forecastText(plan, { traffic, source, stages });
      print(text, { traffic, source, dispersion, stages }, session);
    },
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
  { rate, errorRate, latency: medianMs }: PlanOptions,
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
  const at = { stable, nowMs: world.now() };
  const [traffic, measured] = await Promise.all([
    recentTraffic(world, plan, at),
    dispersionMeasured(world, plan, at),
  ]);
  const source = traffic === null ? `${stable} has no measured traffic` : `measured on ${stable}`;
  return { traffic, source, plan: measured };
}
