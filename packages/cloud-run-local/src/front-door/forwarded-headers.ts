/**
 * The headers an instance sees: the client's, without those that belong to one connection, and with where
 * the request came from and its trace (https://cloud.google.com/run/docs/container-contract#http-headers).
 */
import { randomBytes } from 'node:crypto';

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
]);

/** What is known of the client. */
export interface ClientInfo {
  readonly remoteAddress: string;
  /** The path prefix that was taken off, or empty. */
  readonly prefix: string;
}

const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function randomId(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function makeTrace(traceparent: string | undefined, cloudTrace: string | undefined): string[] {
  const given = traceparentPattern.exec(traceparent ?? '');
  const fromCloud = /^([0-9a-f]{32})\/(\d+)/.exec(cloudTrace ?? '');
  const trace = given?.[1] ?? fromCloud?.[1] ?? randomId(16);
  const span = randomId(8);
  const sampled = given?.[3] ?? '00';
  const headers = ['traceparent', `00-${trace}-${span}-${sampled}`];
  const spanNumber = BigInt(`0x${span}`).toString();
  headers.push('X-Cloud-Trace-Context', `${trace}/${spanNumber};o=${Number(sampled) & 1}`);
  return headers;
}

/** The headers of the request to the instance. */
export function requestHeaders(raw: RawHeaders, client: ClientInfo): string[] {
  const headers: string[] = [];
  let forwardedFor = client.remoteAddress;
  let traceparent: string | undefined;
  let cloudTrace: string | undefined;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'x-forwarded-for') forwardedFor = `${value}, ${forwardedFor}`;
    else if (lower === 'traceparent') traceparent = value;
    else if (lower === 'x-cloud-trace-context') cloudTrace = value;
    else if (!hopByHop.has(lower) && lower !== 'forwarded' && lower !== 'x-forwarded-proto') {
      headers.push(name, value);
    }
  }
  headers.push('X-Forwarded-For', forwardedFor, 'X-Forwarded-Proto', 'http');
  headers.push('Forwarded', `for="${client.remoteAddress}";proto=http`);
  if (client.prefix !== '') headers.push('X-Forwarded-Prefix', client.prefix);
  headers.push(...makeTrace(traceparent, cloudTrace));
  return headers;
}

/** The headers of the response to the client. */
export function responseHeaders(raw: RawHeaders): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!hopByHop.has(name.toLowerCase())) headers.push(name, raw[index + 1] ?? '');
  }
  return headers;
}
