/** What a service really used, from Cloud Monitoring: requests, and the time for which instances were billed. */
import { AscentError, type RolloutPlan } from '@ascent/core';
import { googleTokenSource } from '@ascent/platform';
import { z } from 'zod';

/** What was used in a window. */
export type WindowUsage = {
  readonly requests: number;
  readonly billedSeconds: number;
  readonly windowS: number;
};

const seriesSchema = z.looseObject({
  timeSeries: z
    .array(
      z.looseObject({
        points: z.array(
          z.looseObject({
            value: z.looseObject({
              int64Value: z.string().optional(),
              doubleValue: z.number().optional(),
            }),
          }),
        ),
      }),
    )
    .default([]),
  nextPageToken: z.string().default(''),
});

const HOUR_S = 3_600;
const TIMEOUT_MS = 60_000;

/** Reads the last `windowS` seconds. @throws AscentError where the metrics cannot be read. */
export async function readUsage(
  plan: RolloutPlan,
  window: { readonly windowS: number; readonly nowMs: number },
): Promise<WindowUsage> {
  const [requests, billedSeconds] = await Promise.all([
    sumOf(plan, 'run.googleapis.com/request_count', window),
    sumOf(plan, 'run.googleapis.com/container/billable_instance_time', window),
  ]);
  return { requests, billedSeconds, windowS: window.windowS };
}

async function sumOf(
  plan: RolloutPlan,
  metric: string,
  { windowS, nowMs }: { readonly windowS: number; readonly nowMs: number },
): Promise<number> {
  const { base, headers } = await sourceOf(plan);
  let sum = 0;
  for (let pageToken: string | null = null; pageToken !== '';) {
    const query = new URLSearchParams({
      filter: `metric.type="${metric}" AND resource.type="cloud_run_revision" AND resource.labels.service_name="${plan.service}"`,
      'interval.startTime': new Date(nowMs - windowS * 1_000).toISOString(),
      'interval.endTime': new Date(nowMs).toISOString(),
      'aggregation.alignmentPeriod': `${windowS > 24 * HOUR_S ? HOUR_S : 60}s`,
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
      'aggregation.crossSeriesReducer': 'REDUCE_SUM',
      ...(pageToken === null ? {} : { pageToken }),
    });
    const page = await ask(`${base}/timeSeries?${query.toString()}`, headers);
    for (const { points } of page.timeSeries) {
      for (const { value } of points) sum += Number(value.int64Value ?? value.doubleValue ?? 0);
    }
    pageToken = page.nextPageToken;
  }
  return sum;
}

async function sourceOf({ metrics, platform }: RolloutPlan): Promise<{
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
}> {
  if (metrics.type !== 'cloudMonitoring') {
    const message =
      'Real usage is read from Cloud Monitoring, and the plan names another source. Ask for a forecast instead: --requests and --latency.';
    throw new AscentError('ASC_USAGE', message);
  }
  const root = metrics.endpoint ?? 'https://monitoring.googleapis.com';
  const headers: Record<string, string> =
    platform.type === 'local' ? {} : { authorization: `Bearer ${await googleTokenSource()()}` };
  return { base: `${root.replace(/\/+$/, '')}/v3/projects/${metrics.project}`, headers };
}

async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<z.output<typeof seriesSchema>> {
  const unreadable = (why: string): AscentError =>
    new AscentError(
      'ASC_PLATFORM_UNAVAILABLE',
      `The usage cannot be read: ${why}. Try again, or ask for a forecast: --requests and --latency.`,
    );
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (error: unknown) => {
      throw unreadable(String(error));
    },
  );
  const text = await response.text();
  if (!response.ok)
    throw unreadable(`Cloud Monitoring answered HTTP ${response.status}: ${text.slice(0, 200)}`);
  const parsed = seriesSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw unreadable('Cloud Monitoring answered in a form that is not known');
}
