import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The header that carries the request id in both directions. */
export const requestIdHeader = 'x-request-id';

/** Long enough for any tracing system's ids, and nothing that could forge a log line or a header. */
const saneId = /^[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}$/;

/** The caller's id if it is sane, else a new one. */
export function chooseRequestId(headers: IncomingHttpHeaders): string {
  const given = headers[requestIdHeader];
  return typeof given === 'string' && saneId.test(given) ? given : randomUUID();
}

/** The trace id of W3C's `traceparent` or Google's `x-cloud-trace-context`, if one of them is well-formed. */
export function readTraceId(headers: IncomingHttpHeaders): string | undefined {
  const { traceparent } = headers;
  if (typeof traceparent === 'string') {
    const match = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-/.exec(traceparent);
    if (match) return match[1];
  }
  const google = headers['x-cloud-trace-context'];
  return typeof google === 'string' ? /^([0-9a-f]{32})(\/|;|$)/.exec(google)?.[1] : undefined;
}
