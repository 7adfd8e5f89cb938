/** One query of `timeSeries.list`, page by page. */
import type { AskJson } from '../json-source.js';
import type { GridRange } from '../sample-grid.js';
import { Unreadable } from '../unreadable.js';
import { parsePage, type TimeSeriesPage } from './time-series-answer.js';
import { timeSeriesParams, type RunMetric } from './time-series-query.js';

/** Far more than a service with a thousand revisions fills in a day; a server that pages for ever is broken. */
const PAGES_MAX = 200;

/** How series are read. */
export type SeriesReader = {
  readonly ask: AskJson;
  readonly url: string;
  readonly location: string | null;
  readonly periodMs: number;
};

/** Which series are read. */
export type SeriesPages = {
  readonly metric: RunMetric;
  readonly service: string;
  readonly range: GridRange;
  readonly signal: AbortSignal;
};

/** All pages of one query. @throws Unreadable for a server that pages for ever, or sends what it should not. */
export async function readPages(
  { ask, url, location, periodMs }: SeriesReader,
  { metric, service, range, signal }: SeriesPages,
): Promise<readonly TimeSeriesPage[]> {
  const pages: TimeSeriesPage[] = [];
  let pageToken: string | null = null;
  while (pages.length < PAGES_MAX) {
    const params = timeSeriesParams({ metric, service, location, range, periodMs, pageToken });
    const page = parsePage(await ask({ url: `${url}?${params.toString()}`, form: null, signal }));
    pages.push(page);
    if (page.nextPageToken === '') return pages;
    pageToken = page.nextPageToken;
  }
  throw new Unreadable(`Cloud Monitoring sent more than ${PAGES_MAX} pages for ${metric}`);
}
