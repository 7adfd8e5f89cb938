/**
 * CPU and memory of Cloud Run revisions. Both metrics are distributions over all samples of all instances, of a ratio
 * (0 … 1) in buckets of 0.01, and their names are plural: `container/cpu/utilization` does not exist.
 */
import {
  quantileMs,
  type MetricsQuestion,
  type Resource,
  type UtilizationOutcome,
  type UtilizationPoint,
} from '@ascent/core';
import { cutRange, type GridRange } from '../sample-grid.js';
import { toHistogram } from './distribution.js';
import { readPages, type SeriesReader } from './series-pages.js';
import { endMsOf } from './time-series-answer.js';

/** Alerts look back minutes; a day is far more than they ask for. */
const LONGEST_QUERY_MS = 24 * 3_600_000;
/** One busy sample in a hundred is what a limit of 80 % is meant for; the mean would hide it. */
const PERCENTILE = 0.99;

const resources: readonly Resource[] = ['cpu', 'memory'];

/** Reads both over `range`. @throws Unreadable */
export async function readUtilization(
  reader: SeriesReader,
  { service, revisions }: MetricsQuestion,
  { range, signal }: { readonly range: GridRange; readonly signal: AbortSignal },
): Promise<UtilizationOutcome> {
  const points: UtilizationPoint[] = [];
  const wanted = new Set(revisions);
  for (const piece of cutRange(range, LONGEST_QUERY_MS)) {
    const found = await Promise.all(
      resources.map(async (resource) => {
        const metric = `container/${resource}/utilizations` as const;
        const pages = await readPages(reader, { metric, service, range: piece, signal });
        return pages.flatMap(({ timeSeries }) =>
          timeSeries.flatMap((series) => pointsOf(series, { resource, periodMs: reader.periodMs })),
        );
      }),
    );
    points.push(...found.flat().filter(({ revision }) => wanted.has(revision)));
  }
  return { type: 'points', points };
}

type Series = Awaited<ReturnType<typeof readPages>>[number]['timeSeries'][number];

function pointsOf(
  { resource: { labels }, points }: Series,
  { resource, periodMs }: { readonly resource: Resource; readonly periodMs: number },
): readonly UtilizationPoint[] {
  const revision = labels['revision_name'];
  if (revision === undefined) return [];
  return points.flatMap((point) => {
    const { distributionValue } = point.value;
    const histogram = distributionValue === undefined ? null : toHistogram(distributionValue);
    if (histogram === null) return [];
    // The histogram's edges are ratios here; a quantile has the unit of its edges.
    const p99Ratio = quantileMs(histogram.layout, histogram.counts, PERCENTILE);
    const endMs = endMsOf(point);
    return p99Ratio === null
      ? []
      : [{ revision, resource, startMs: endMs - periodMs, endMs, p99Ratio }];
  });
}
