/** `ascent plan`: what a plan will do and what its gates can see at the service's traffic, before anything ships. */
import { InvalidArgumentError, type Command } from 'commander';
import { recentTraffic } from '@ascent/controller';
import { forecast, readRecord, type ExpectedTraffic } from '@ascent/core';
import { showExamples } from '../example.js';
import { print } from '../output.js';
import { openSession, type Session, type SharedOptions } from '../session.js';
import { forecastText } from './forecast-text.js';

type PlanOptions = SharedOptions & { readonly rate?: number; readonly errorRate: number };

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

/** Adds the options and the action. */
export function addPlan(command: Command): void {
  command
    .option('--rate <number>', 'requests a minute (default: what was measured of late)', positive)
    .option('--error-rate <percent>', 'part that fails today, beside --rate', percent, 0);
  showExamples(command, ['ascent plan', 'ascent plan --rate 10 --error-rate 0.2%']).action(
    async (options: PlanOptions) => {
      const session = await openSession(options);
      const { traffic, source } = await trafficFor(session, options);
      const stages =
        traffic === null ? [] : forecast(session.plan.gates, session.plan.stages, traffic);
      const text = forecastText(session.plan, { traffic, source, stages });
      print(text, { traffic, source, stages }, session);
    },
  );
}

async function trafficFor(
  { plan, world }: Session,
  { rate, errorRate }: PlanOptions,
): Promise<{ readonly traffic: ExpectedTraffic | null; readonly source: string }> {
  if (rate !== undefined) {
    const traffic = { requestsPerMinute: rate, errorRate, latency: null };
    return { traffic, source: 'as you said' };
  }
  const view = await world.service.read();
  const record = view.record === null ? null : readRecord(view.record);
  const stable = record?.stable ?? view.latestReady;
  if (stable === null) return { traffic: null, source: 'the service serves nothing yet' };
  const traffic = await recentTraffic(world, plan, { stable, nowMs: world.now() });
  const source = traffic === null ? `${stable} has no measured traffic` : `measured on ${stable}`;
  return { traffic, source };
}
