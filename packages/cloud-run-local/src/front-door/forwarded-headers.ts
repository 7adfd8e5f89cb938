/**
 * The headers an instance sees: the client's, without those that belong to one connection, and with where
 * the request came from and its trace (https://cloud.google.com/run/docs/container-contract#http-headers).
 */
/** Headers as Node reads them from the wire: name, value, name, value. */
export type RawHeaders = readonly string[];

/** Headers that are about one connection only. RFC 9110 §7.6.1 */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // The front door itself has told the client to go on.
  'expect',
]);

/** The trace a request belongs to, and the span the front door adds to it. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Below 2^48, so that a number holds it exactly: one protocol writes it in hexadecimal, one in decimal. */
  readonly span: number;
  readonly sampled: boolean;
}

const traceparentPattern = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;
const cloudTracePattern = /^([0-9a-f]{32})(?:\/\d+)?(?:;o=(\d))?/;

/** Trace ids need not be secret: fast random digits do. */
function randomHex(digits: number): string {
  let hex = '';
  while (hex.length < digits) {
    hex += Math.floor(Math.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  }
  return hex;
}

/** The trace of a request: the client's, or a new one. `traceparent` goes first. */
export function traceOf(headers: NodeJS.Dict<string | string[]>): TraceContext {
  const traceparent = headers['traceparent'];
  const cloudTrace = headers['x-cloud-trace-context'];
  const span = Math.floor(Math.random() * 2 ** 48);
  if (typeof traceparent === 'string') {
    const given = traceparentPattern.exec(traceparent);
    if (given !== null) {
      const sampled = (Number.parseInt(given[2] ?? '0', 16) & 1) === 1;
      return { traceId: given[1] ?? '', span, sampled };
    }
  }
  if (typeof cloudTrace === 'string') {
    const given = cloudTracePattern.exec(cloudTrace);
    if (given !== null) return { traceId: given[1] ?? '', span, sampled: given[2] === '1' };
  }
  return { traceId: randomHex(32), span, sampled: false };
}

/** What the front door adds to a request. */
export interface Forwarding {
  readonly remoteAddress: string;
  /** The path prefix that was taken off, or empty. */
  readonly prefix: string;
  readonly trace: TraceContext;
}

/** Replaced by the front door's own. */
const replaced: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-proto',
  'traceparent',
  'x-cloud-trace-context',
]);

/** Without the headers that `Connection` says are about this connection; its usual values name none. */
function withoutNominated(headers: string[], connection: string): string[] {
  if (/^(?:,(?:keep-alive|close|upgrade)?)*$/i.test(connection)) return headers;
  const names = new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
  names.delete('host');
  return headers.filter((_part, at) => !names.has(headers[at - (at % 2)]?.toLowerCase() ?? ''));
}

/** What the front door itself says of a request. */
function ownHeaders({ remoteAddress, prefix, trace }: Forwarding, forwardedFor: string): string[] {
  const flag = trace.sampled ? '1' : '0';
  return [
    // divergence: tls
    ...['X-Forwarded-For', forwardedFor, 'X-Forwarded-Proto', 'http'],
    ...['Forwarded', `for="${remoteAddress}";proto=http`],
    ...['traceparent', `00-${trace.traceId}-${trace.span.toString(16).padStart(16, '0')}-0${flag}`],
    ...['X-Cloud-Trace-Context', `${trace.traceId}/${trace.span};o=${flag}`],
    ...(prefix === '' ? [] : ['X-Forwarded-Prefix', prefix]),
  ];
}

/** The headers of the request to the instance. */
export function requestHeaders(raw: RawHeaders, forwarding: Forwarding): string[] {
  const headers: string[] = [];
  let forwardedFor = forwarding.remoteAddress;
  let hosts = 0;
  let connection = '';
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'x-forwarded-for') forwardedFor = `${value}, ${forwardedFor}`;
    else if (lower === 'connection') connection = `${connection},${value}`;
    // The front door went by the first host; an instance must not go by another.
    else if (lower === 'host' && (hosts += 1) > 1) continue;
    else if (!hopByHop.has(lower) && !replaced.has(lower)) headers.push(name, value);
  }
  // HTTP/1.0 knows requests without one, HTTP/1.1 does not. RFC 9112 §3.2
  if (hosts === 0) headers.push('Host', '');
  return withoutNominated(headers, connection).concat(ownHeaders(forwarding, forwardedFor));
}

/** The headers of the response to the client. */
export function responseHeaders(raw: RawHeaders): string[] {
  const headers: string[] = [];
  let setsCookie = false;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    setsCookie ||= lower === 'set-cookie';
    if (!hopByHop.has(lower)) headers.push(name, raw[index + 1] ?? '');
  }
  return setsCookie ? privateOnly(headers) : headers;
}

/** What sets a cookie must not be kept by shared caches; Cloud Run sees to it. */
function privateOnly(headers: readonly string[]): string[] {
  const others = headers.filter(
    (_part, index) => headers[index - (index % 2)]?.toLowerCase() !== 'cache-control',
  );
  return [...others, 'Cache-Control', 'private'];
}
