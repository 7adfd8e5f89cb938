/**
 * `fetch` that knows where `*.localhost` is. RFC 6761, section 6.3: such names are the loopback address and need no DNS;
 * browsers and curl do so, Node's resolver does not. The tag URLs of cloud-run-local end in `.localhost`.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { RequestInit, Response } from 'undici';

/** The part of `fetch` that is used. Agent and `fetch` must come from the same undici. */
export type LocalhostFetch = (url: string, init?: RequestInit) => Promise<Response>;

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
] as const;

/** Creates the `fetch`. All other names are resolved as ever. */
export function createLocalhostFetch(): LocalhostFetch {
  // Loaded at the first request: most commands make none.
  let connection: Promise<LocalhostFetch> | null = null;
  return async (url, init = {}) => {
    connection ??= import('undici').then(({ Agent, fetch }): LocalhostFetch => {
      const dispatcher = new Agent({ connect: { lookup: lookupLocalhost } });
      return (address, options) => fetch(address, { ...options, dispatcher });
    });
    return await (
      await connection
    )(url, init);
  };
}

/** True for `localhost` and every name under it, with or without the root's dot. */
export function isLocalhost(hostname: string): boolean {
  return /(^|\.)localhost\.?$/i.test(hostname);
}

const lookupLocalhost: LookupFunction = (hostname, options, callback) => {
  if (!isLocalhost(hostname)) {
    systemLookup(hostname, options, callback);
    return;
  }
  const wanted = LOOPBACK.filter(({ family }) => !options.family || options.family === family);
  if (options.all === true) {
    callback(null, [...wanted]);
    return;
  }
  const [first = LOOPBACK[0]] = wanted;
  callback(null, first.address, first.family);
};
