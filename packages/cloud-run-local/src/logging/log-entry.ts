/**
 * A line of a container's output as Cloud Logging keeps it: plain text, or a JSON object whose special
 * fields move into the entry. https://cloud.google.com/logging/docs/structured-logging#special-payload-fields
 */

/** Severities in rising order. */
export const severities = [
  'DEFAULT',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'ALERT',
  'EMERGENCY',
] as const;

/** The severity of an entry. */
export type Severity = (typeof severities)[number];

/** What a request log says of its request. */
export interface HttpRequestLog {
  readonly requestMethod: string;
  readonly requestUrl: string;
  readonly status: number;
  readonly responseSize?: string;
  readonly userAgent?: string;
  readonly remoteIp: string;
  /** Such as `0.012s`. */
  readonly latency: string;
  readonly protocol: string;
}

/** The part of an entry that a line decides. */
export interface Payload {
  readonly severity: Severity;
  readonly timestamp?: string;
  readonly textPayload?: string;
  readonly jsonPayload?: Readonly<Record<string, unknown>>;
  readonly trace?: string;
  readonly spanId?: string;
  readonly traceSampled?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly httpRequest?: unknown;
  readonly sourceLocation?: unknown;
  readonly operation?: unknown;
  readonly insertId?: string;
}

const prefix = 'logging.googleapis.com/';

/** Field of the line → field of the entry. */
const specialFields: Readonly<Record<string, keyof Payload>> = {
  [`${prefix}insertId`]: 'insertId',
  [`${prefix}labels`]: 'labels',
  [`${prefix}operation`]: 'operation',
  [`${prefix}sourceLocation`]: 'sourceLocation',
  [`${prefix}spanId`]: 'spanId',
  [`${prefix}trace`]: 'trace',
  [`${prefix}trace_sampled`]: 'traceSampled',
  httpRequest: 'httpRequest',
  timestamp: 'timestamp',
  time: 'timestamp',
};

function readSeverity(value: unknown): Severity {
  const name = typeof value === 'string' ? value.toUpperCase() : '';
  if (name === 'WARN') return 'WARNING';
  return severities.find((severity) => severity === name) ?? 'DEFAULT';
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Reads one line of output. */
export function readLine(line: string): Payload {
  const fields = parseObject(line);
  if (fields === undefined) return { severity: 'DEFAULT', textPayload: line };
  const entry: Record<string, unknown> = {};
  const payload: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    const special = Object.hasOwn(specialFields, field) ? specialFields[field] : undefined;
    if (special !== undefined) entry[special] = value;
    else if (field !== 'severity') payload[field] = value;
  }
  return { ...entry, severity: readSeverity(fields['severity']), jsonPayload: payload };
}
