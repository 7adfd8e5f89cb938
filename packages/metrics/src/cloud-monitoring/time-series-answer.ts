/** What `timeSeries.list` answers, checked: one page of series, each with its labels and points. */
import { z } from 'zod';
import { Unreadable } from '../unreadable.js';
import { countSchema, distributionSchema } from './distribution.js';

const labels = z.record(z.string(), z.string()).default({});

const pointSchema = z.looseObject({
  interval: z.looseObject({ endTime: z.string() }),
  value: z.looseObject({
    int64Value: countSchema.optional(),
    // A counter may come back as a double after alignment; a count is whole all the same.
    doubleValue: z.number().nonnegative().optional(),
    distributionValue: distributionSchema.optional(),
  }),
});

const pageSchema = z.looseObject({
  timeSeries: z
    .array(
      z.looseObject({
        metric: z.looseObject({ labels }).prefault({}),
        resource: z.looseObject({ labels }).prefault({}),
        points: z.array(pointSchema).default([]),
        unit: z.string().optional(),
      }),
    )
    .default([]),
  nextPageToken: z.string().default(''),
  executionErrors: z.array(z.looseObject({ message: z.string().optional() })).default([]),
});

/** One page. `{}` is a whole answer too: no series matched, so nothing happened. */
export type TimeSeriesPage = z.infer<typeof pageSchema>;

/** One point of one series. */
export type SeriesPoint = z.infer<typeof pointSchema>;

/** Checks a page. @throws Unreadable for another shape, and for an answer that admits to be partial. */
export function parsePage(json: unknown): TimeSeriesPage {
  const parsed = pageSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw new Unreadable(
      `Cloud Monitoring sent what timeSeries.list does not: ${where}: ${issue?.message ?? 'unknown'}`,
    );
  }
  const [error] = parsed.data.executionErrors;
  if (error !== undefined) {
    throw new Unreadable(
      `Cloud Monitoring answered only in part: ${error.message ?? 'it does not say why'}`,
    );
  }
  return parsed.data;
}

/** End of a point's interval in Unix milliseconds. @throws Unreadable when it is no time. */
export function endMsOf(point: SeriesPoint): number {
  const endMs = Date.parse(point.interval.endTime);
  if (!Number.isNaN(endMs)) return endMs;
  throw new Unreadable(`Cloud Monitoring sent the time ${point.interval.endTime}`);
}
