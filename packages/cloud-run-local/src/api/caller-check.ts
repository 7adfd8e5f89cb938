/**
 * Who may call the APIs. Nobody signs in, and a write can start any program of this machine, so what a page of another
 * site makes a browser send is refused: by its `Origin` or `Sec-Fetch-Site`, and, where another site's name was made to
 * resolve to this machine (DNS rebinding), by its `Host`. https://fetch.spec.whatwg.org/#origin-header
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { ApiError } from './api-error.js';

const loopbackName = /^(?:.+\.)?localhost$/;

function hostnameOf(host: string): string {
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

function isOurs(host: string, boundHost: string): boolean {
  const name = hostnameOf(host);
  return isIP(name) !== 0 || loopbackName.test(name) || name === boundHost.toLowerCase();
}

/**
 * Lets pass what no foreign page can send; `boundHost` is the name the emulator listens on.
 * @throws ApiError PERMISSION_DENIED naming the header at fault.
 */
// divergence: callers
export function checkCaller(headers: IncomingHttpHeaders, boundHost: string): void {
  const { host = '', origin } = headers;
  const site = headers['sec-fetch-site'];
  const refuse = (header: string, value: string): ApiError =>
    new ApiError(
      'PERMISSION_DENIED',
      `${header} '${value}': the APIs answer no page of another site; call them from a program, by localhost or an IP address.`,
    );
  if (host !== '' && !isOurs(host, boundHost)) throw refuse('Host', host);
  if (site === 'cross-site' || site === 'same-site') throw refuse('Sec-Fetch-Site', site);
  if (origin !== undefined && origin !== `http://${host}`) throw refuse('Origin', origin);
}
