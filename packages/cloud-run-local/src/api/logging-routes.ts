/** Cloud Logging v2, as much as reads the logs of services. */
import { z } from 'zod';
import { parseExpression, unquote } from '../filter-expression.js';
import { severities } from '../logging/log-entry.js';
import type { LogStore, ReadableEntry, StoredEntry } from '../logging/log-store.js';
import { invalidArgument } from './api-error.js';
import type { ApiRoute } from './api-router.js';
import { paginate } from './pagination.js';

const requestSchema = z.looseObject({
  resourceNames: z.array(z.string()).nullish(),
  filter: z.string().nullish(),
  orderBy: z.string().nullish(),
  pageSize: z.number().int().nonnegative().nullish(),
  pageToken: z.string().nullish(),
});

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry */
const entryFields: ReadonlySet<string> = new Set([
  ...['logName', 'resource', 'timestamp', 'receiveTimestamp', 'severity', 'insertId', 'labels'],
  ...['protoPayload', 'textPayload', 'jsonPayload', 'httpRequest', 'operation', 'split'],
  ...['trace', 'spanId', 'traceSampled', 'sourceLocation', 'metadata', 'errorGroups', 'apphub'],
]);

/** The value at a path of an entry, such as `resource.labels.service_name`. */
function readPath(path: string): (entry: ReadableEntry) => string | undefined {
  const parts = path.match(/"[^"]*"|[^.]+/g)?.map(unquote) ?? [];
  if (!entryFields.has(parts[0] ?? '')) {
    throw invalidArgument(
      `filter: a log entry has no field '${path}'; its fields are ${[...entryFields].join(', ')}.`,
    );
  }
  if (path === 'receiveTimestamp') return (entry) => entry.receiveTimestamp;
  return (entry) => {
    let value: unknown = entry.whole();
    for (const part of parts) {
      if (value === null || typeof value !== 'object') return undefined;
      value = (value as Record<string, unknown>)[part];
    }
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

function rank(field: string, value: string): number {
  if (field === 'severity') {
    const place = severities.findIndex((severity) => severity === value);
    return place < 0 ? Number.NaN : place;
  }
  return /^(timestamp|receiveTimestamp)$/.test(field) ? Date.parse(value) : Number(value);
}

function checkSeverity(field: string, value: string): void {
  if (field !== 'severity' || !Number.isNaN(rank(field, value))) return;
  throw invalidArgument(`filter: severity '${value}' is none of ${severities.join(', ')}.`);
}

/**
 * Reads a filter on entries.
 * @throws ApiError INVALID_ARGUMENT saying what could not be read.
 */
export function parseLogFilter(text: string): (entry: ReadableEntry) => boolean {
  if (text.trim() === '') return () => true;
  return parseExpression<ReadableEntry>(text, {
    reader: readPath,
    rank,
    onEquality: checkSeverity,
  });
}

type ListRequest = z.infer<typeof requestSchema>;

function parseRequest(body: unknown): ListRequest {
  const parsed = requestSchema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidArgument(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function listEntries(logs: LogStore, request: ListRequest): Record<string, unknown> {
  const matches = parseLogFilter(request.filter ?? '');
  const projects = request.resourceNames ?? [];
  const inProjects = ({ logName }: StoredEntry): boolean =>
    projects.length === 0 || projects.some((name) => logName.startsWith(`${name}/`));
  const found = logs
    .entries()
    .filter(matches)
    .map((entry) => entry.whole())
    .filter(inProjects);
  const ordered = request.orderBy === 'timestamp desc' ? found.reverse() : found;
  const query = new URLSearchParams({
    pageSize: String(request.pageSize ?? 0),
    pageToken: request.pageToken ?? '',
  });
  const { page, nextPageToken } = paginate(ordered, query);
  return { entries: page, ...(nextPageToken !== undefined && { nextPageToken }) };
}

/** Every route of the Logging API. */
export function loggingRoutes(logs: LogStore): readonly ApiRoute[] {
  return [
    {
      method: 'POST',
      pattern: '/v2/entries:list',
      handle: ({ body }) => listEntries(logs, parseRequest(body)),
    },
  ];
}
