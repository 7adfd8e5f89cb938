/**
 * The log entries of services, the newest ten thousand (fewer where they are long): what `entries:list` searches. A ring, because recording an entry happens on every request.
 */
import type { IncomingMessage } from 'node:http';
import type { ServiceKey } from '../resources/record.js';
import { readLine, type HttpRequestLog, type Payload, type Severity } from './log-entry.js';

/** Which log an entry is in. https://cloud.google.com/run/docs/logging#log-types */
export type LogName = 'requests' | 'stdout' | 'stderr' | 'varlog/system';

/** Who an entry is about. */
export interface LogSource {
  readonly key: ServiceKey;
  readonly revision: string;
  readonly instanceId?: string | undefined;
}

/** An entry as Cloud Logging answers it. */
export interface StoredEntry extends Payload {
  readonly insertId: string;
  readonly logName: string;
  readonly timestamp: string;
  readonly receiveTimestamp: string;
  readonly resource: {
    readonly type: 'cloud_run_revision';
    readonly labels: Readonly<Record<string, string>>;
  };
}

/** An entry that is put into form when somebody wants more of it than when it came. */
export interface ReadableEntry {
  readonly receiveTimestamp: string;
  readonly whole: () => StoredEntry;
}

/** A request that was answered; put into form only when somebody reads the log. */
export interface AnsweredRequest {
  readonly incoming: Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'httpVersion' | 'socket'>;
  readonly status: number;
  readonly latencyMs: number;
  readonly traceId: string;
}

interface RawEntry {
  readonly sequence: number;
  readonly timeMs: number;
  readonly log: LogName;
  readonly source: LogSource;
  readonly payload: string | AnsweredRequest;
  readonly severity: Severity | undefined;
  readonly trace: string | undefined;
}

// divergence: logs
const capacity = 10_000;
/** Of this many characters at most, so that long lines cannot fill the memory. */
const charactersMax = 64 * 1024 * 1024;
/** About what an entry takes besides its text. */
const entryOverhead = 256;

function weigh({ payload }: RawEntry): number {
  const text = typeof payload === 'string' ? payload : (payload.incoming.url ?? '');
  return entryOverhead + text.length;
}

function requestSeverity(status: number): Severity {
  return status >= 500 ? 'ERROR' : status >= 400 ? 'WARNING' : 'INFO';
}

function describeRequest({ incoming, status, latencyMs }: AnsweredRequest): HttpRequestLog {
  const { method = 'GET', url = '/', headers, httpVersion, socket } = incoming;
  const userAgent = headers['user-agent'];
  return {
    requestMethod: method,
    requestUrl: `http://${headers.host ?? ''}${url}`,
    status,
    ...(userAgent !== undefined && { userAgent }),
    remoteIp: socket.remoteAddress ?? '',
    latency: `${(latencyMs / 1000).toFixed(6)}s`,
    protocol: `HTTP/${httpVersion}`,
  };
}

/** Keeps entries raw; they are put into form when somebody reads them. */
export class LogStore {
  readonly #region: string;
  readonly #ring: (RawEntry | undefined)[] = [];
  #sequence = 0;
  /** The sequence number of the oldest entry that is kept. */
  #oldest = 0;
  #characters = 0;

  constructor(region: string) {
    this.#region = region;
  }

  /** A line of a container's output. */
  addLine(source: LogSource, log: 'stdout' | 'stderr', line: string): void {
    this.#add({ log, source, payload: line, severity: undefined, trace: undefined });
  }

  /** A note of the platform about a container. */
  addNote(source: LogSource, severity: Severity, text: string): void {
    this.#add({ log: 'varlog/system', source, payload: text, severity, trace: undefined });
  }

  /** A request that was answered. */
  addRequest(source: LogSource, request: AnsweredRequest): void {
    this.#add({
      log: 'requests',
      source,
      payload: request,
      severity: undefined,
      trace: request.traceId,
    });
  }

  /** All entries, oldest first. Whoever follows the log passes over nearly all of them, by when they came. */
  entries(): readonly ReadableEntry[] {
    const split = this.#sequence % capacity;
    return [...this.#ring.slice(split), ...this.#ring.slice(0, split)]
      .filter((entry) => entry !== undefined)
      .map((entry) => {
        let whole: StoredEntry | undefined;
        return {
          receiveTimestamp: new Date(entry.timeMs).toISOString(),
          whole: () => (whole ??= this.#format(entry)),
        };
      });
  }

  #add(entry: Omit<RawEntry, 'sequence' | 'timeMs'>): void {
    const raw: RawEntry = { ...entry, sequence: this.#sequence, timeMs: Date.now() };
    if (this.#sequence - this.#oldest === capacity) this.#dropOldest();
    this.#ring[this.#sequence % capacity] = raw;
    this.#sequence += 1;
    this.#characters += weigh(raw);
    while (this.#characters > charactersMax) this.#dropOldest();
  }

  #dropOldest(): void {
    const at = this.#oldest % capacity;
    const entry = this.#ring[at];
    if (entry !== undefined) this.#characters -= weigh(entry);
    this.#ring[at] = undefined;
    this.#oldest += 1;
  }

  #format({ sequence, timeMs, log, source, payload, severity, trace }: RawEntry): StoredEntry {
    const { key, revision, instanceId } = source;
    const body: Payload =
      typeof payload === 'string'
        ? severity === undefined
          ? readLine(payload)
          : { severity, textPayload: payload }
        : { severity: requestSeverity(payload.status), httpRequest: describeRequest(payload) };
    const time = new Date(timeMs).toISOString();
    return {
      insertId: sequence.toString(36).padStart(8, '0'),
      timestamp: time,
      ...(trace !== undefined && { trace: `projects/${key.project}/traces/${trace}` }),
      ...body,
      labels: { ...(instanceId !== undefined && { instanceId }), ...body.labels },
      logName: `projects/${key.project}/logs/run.googleapis.com%2F${encodeURIComponent(log)}`,
      receiveTimestamp: time,
      resource: {
        type: 'cloud_run_revision',
        labels: {
          project_id: key.project,
          location: this.#region,
          service_name: key.service,
          configuration_name: key.service,
          revision_name: revision,
        },
      },
    };
  }
}
