/**
 * Who may act through the page: whoever holds the token that was printed when the controller started. Reading is open.
 *
 * A browser trades the token once for a cookie that no script can read and no other site can send. The cookie is signed
 * with the token and carries the name for the audit log, so nothing is kept here, and two controllers that were
 * given the same token accept each other's. `SameSite` does not tell ports of one host apart, so the origin is checked as well.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { GoogleIdentity } from './google-identity.js';
import { refuseForeign } from './own-page.js';
import type { Refusal } from './refusal.js';

const COOKIE = 'ascent_session';
const SIGNED_IN_MS = 12 * 3_600_000;
const NAME_LENGTH_MAX = 80;

/** What a request may do: `null` as `token` makes everything read-only. */
export type AccessOptions = {
  readonly token: string | null;
  readonly now: () => number;
  /** Who Google says a person is, behind Identity-Aware Proxy. @default nobody is asked */
  readonly google?: GoogleIdentity | null;
};

/** Decides who a request is from. */
export type Access = {
  readonly readOnly: boolean;
  /** The person's name, or why the request may not act. */
  readonly personOf: (headers: IncomingHttpHeaders) => Promise<string | Refusal>;
  /** The cookie for a person who showed the token, as the value of `set-cookie`. */
  readonly signIn: (
    wanted: { readonly token: string; readonly name: string },
    headers: IncomingHttpHeaders,
  ) => { readonly name: string; readonly cookie: string } | Refusal;
  /** The cookie that forgets the person. */
  readonly signOutCookie: string;
};

/** Access guarded by `token`. */
export function createAccess({ token, now, google = null }: AccessOptions): Access {
  return {
    readOnly: token === null && google === null,
    signOutCookie: `${COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`,
    personOf: async (headers) => {
      const known = google === null ? null : await google(headers);
      if (known !== null) return refuseForeign(headers) ?? known;
      if (token === null) return google === null ? readOnly : notBehindGoogle;
      return refuseForeign(headers) ?? holderOf(headers, { token, nowMs: now() });
    },
    signIn: (wanted, headers) => {
      const refused = refuse(token, headers);
      if (refused !== null || token === null) return refused ?? readOnly;
      if (!same(wanted.token, token)) return wrongToken;
      const name = cleanName(wanted.name);
      if (name === '') return noName;
      const value = cookieValue(name, { token, expiresMs: now() + SIGNED_IN_MS });
      const secure = headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
      const cookie = `${COOKIE}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${SIGNED_IN_MS / 1_000}${secure}`;
      return { name, cookie };
    },
  };
}

/** Who holds the token, or the cookie that was traded for it. */
function holderOf(
  headers: IncomingHttpHeaders,
  { token, nowMs }: { readonly token: string; readonly nowMs: number },
): string | Refusal {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return same(bearer, token) ? bearerName(headers) : wrongToken;
  return nameInCookie(headers.cookie ?? '', { token, nowMs }) ?? notSignedIn;
}

const readOnly: Refusal = {
  status: 403,
  code: 'READ_ONLY',
  message: 'This controller is read-only. Start it with a token, or use the ascent command to act.',
};
const notSignedIn: Refusal = {
  status: 401,
  code: 'NOT_SIGNED_IN',
  message:
    'Nobody is signed in. Sign in with the token that the controller printed when it started.',
};
const wrongToken: Refusal = {
  status: 401,
  code: 'WRONG_TOKEN',
  message:
    'That is not the token of this controller. It printed the right one when it started; a restart makes a new one.',
};
const noName: Refusal = {
  status: 401,
  code: 'NO_NAME',
  message: 'The name is empty. Give the name that shall stand in the audit log.',
};

const notBehindGoogle: Refusal = {
  status: 401,
  code: 'NOT_SIGNED_IN',
  message:
    'The request did not come through Identity-Aware Proxy, so nobody is signed in. Open the page at its public address.',
};

function refuse(token: string | null, headers: IncomingHttpHeaders): Refusal | null {
  return token === null ? readOnly : refuseForeign(headers);
}

/** A program says whom it acts for; without that it is the token's holder. */
function bearerName(headers: IncomingHttpHeaders): string {
  const given = headers['x-ascent-person'];
  const name = typeof given === 'string' ? cleanName(given) : '';
  return name === '' ? 'the holder of the token' : name;
}

function cleanName(name: string): string {
  return name
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, NAME_LENGTH_MAX);
}

function cookieValue(
  name: string,
  { token, expiresMs }: { readonly token: string; readonly expiresMs: number },
): string {
  const payload = `${Buffer.from(name).toString('base64url')}.${expiresMs}`;
  return `${payload}.${signature(payload, token)}`;
}

function nameInCookie(
  header: string,
  { token, nowMs }: { readonly token: string; readonly nowMs: number },
): string | null {
  const value = header
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
  const [name, expires, given, ...more] = value?.split('.') ?? [];
  if (name === undefined || expires === undefined || given === undefined || more.length > 0)
    return null;
  if (!same(given, signature(`${name}.${expires}`, token)) || !(Number(expires) > nowMs))
    return null;
  return Buffer.from(name, 'base64url').toString();
}

function signature(payload: string, token: string): string {
  return createHmac('sha256', token).update(payload).digest('base64url');
}

/** Compares in constant time; both sides are hashed first so that their lengths do not show. */
function same(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
