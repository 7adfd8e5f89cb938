/**
 * What `/api/v1/query_range` answers, checked (https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries).
 * An answer with warnings is partial (a remote store did not reply), and a part must not pass for the whole.
 */
import { z } from 'zod';
import { Unreadable } from '../unreadable.js';

const sampleSchema = z.tuple([z.number(), z.string()]);

const answerSchema = z.looseObject({
  status: z.literal('success'),
  warnings: z.array(z.string()).default([]),
  data: z.looseObject({
    resultType: z.literal('matrix'),
    result: z.array(
      z.looseObject({
        metric: z.record(z.string(), z.string()),
        values: z.array(sampleSchema).default([]),
        histograms: z.array(z.unknown()).default([]),
      }),
    ),
  }),
});

const errorSchema = z.looseObject({
  status: z.literal('error'),
  errorType: z.string(),
  error: z.string(),
});

/** One series: its labels, and its value at each step it existed (Unix milliseconds). */
export type RangeSeries = {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: ReadonlyMap<number, number>;
};

/** The message in an error body, or `null` where the body is none of Prometheus'. */
export function prometheusFault(json: unknown): string | null {
  const parsed = errorSchema.safeParse(json);
  return parsed.success ? `${parsed.data.errorType}: ${parsed.data.error}` : null;
}

/** Checks an answer. @throws Unreadable for another shape, warnings, native histograms and values that are no number. */
export function parseRange(json: unknown): readonly RangeSeries[] {
  const parsed = answerSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw new Unreadable(
      `Prometheus sent what query_range does not: ${where}: ${issue?.message ?? 'unknown'}`,
    );
  }
  const { warnings, data } = parsed.data;
  if (warnings[0] !== undefined) {
    throw new Unreadable(`Prometheus answered only in part: ${warnings[0]}`);
  }
  return data.result.map(({ metric, values, histograms }) => {
    if (histograms.length > 0) {
      throw new Unreadable(
        `Prometheus sent native histograms for ${metric['__name__'] ?? 'a series'}; expose classic buckets`,
      );
    }
    return { labels: metric, values: new Map(values.map(toSample)) };
  });
}

function toSample([seconds, text]: readonly [number, string]): readonly [number, number] {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return [Math.round(seconds * 1_000), value];
  throw new Unreadable(`Prometheus sent the counter value ${text}`);
}
