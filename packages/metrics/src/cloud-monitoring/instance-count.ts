/** How many instances each revision had at last: a gauge, split by state (active and idle), which are added up. */
import type { InstanceCountOutcome, MetricsQuestion } from '@ascent/core';
import type { GridRange } from '../sample-grid.js';
import { readPages, type SeriesReader } from './series-pages.js';
import { endMsOf } from './time-series-answer.js';

/** Counts over `range`, whose newest point counts. @throws Unreadable */
export async function countInstances(
  reader: SeriesReader,
  { service, revisions }: MetricsQuestion,
  { range, signal }: { readonly range: GridRange; readonly signal: AbortSignal },
): Promise<InstanceCountOutcome> {
  const metric = 'container/instance_count';
  const pages = await readPages(reader, { metric, service, range, signal });
  const newest = new Map<string, { readonly endMs: number; readonly count: number }>();
  for (const { resource, points } of pages.flatMap(({ timeSeries }) => timeSeries)) {
    const revision = resource.labels['revision_name'];
    if (revision === undefined || !revisions.includes(revision)) continue;
    for (const point of points) {
      const { int64Value, doubleValue } = point.value;
      const endMs = endMsOf(point);
      if ((newest.get(revision)?.endMs ?? 0) > endMs) continue;
      newest.set(revision, { endMs, count: int64Value ?? doubleValue ?? 0 });
    }
  }
  const counts = Object.fromEntries([...newest].map(([name, { count }]) => [name, count]));
  return { type: 'counts', counts };
}
