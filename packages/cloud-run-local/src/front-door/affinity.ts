/**
 * Session affinity: a cookie names the revision and the instance that answered first. It is followed before
 * the split is, as Cloud Run documents ("takes precedence over the traffic split"), and given up when the
 * instance is gone or full, or the revision has no share any more.
 * https://cloud.google.com/run/docs/configuring/session-affinity
 */
import { readCookie } from './cookie.js';

/** Cloud Run's cookie; it lives 30 days. */
const cookieName = 'GAESA';
const maxAgeSeconds = 30 * 86_400;
const idLength = 16;

/** What a cookie asks for. */
export interface Affinity {
  readonly revision: string;
  readonly instancePrefix: string;
}

/** Reads the cookie; undefined without one of ours. */
export function readAffinity(cookieHeader: string | undefined): Affinity | undefined {
  const value = readCookie(cookieHeader, cookieName);
  if (value === undefined) return undefined;
  const [revision = '', instancePrefix = ''] = Buffer.from(value, 'base64url')
    .toString()
    .split('~');
  return instancePrefix.length === idLength ? { revision, instancePrefix } : undefined;
}

/** The header that makes a client come back to this instance. */
export function affinityCookie(revision: string, instanceId: string): string {
  const value = Buffer.from(`${revision}~${instanceId.slice(0, idLength)}`).toString('base64url');
  return `${cookieName}=${value}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly`;
}
