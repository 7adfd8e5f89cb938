/**
 * Who a person is behind Google's Identity-Aware Proxy, which puts a signed assertion on every request it lets through.
 * The plain e-mail header beside it proves nothing to a service that can also be reached directly; the signature does.
 * Contract: https://cloud.google.com/iap/docs/signed-headers-howto
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { OAuth2Client } from 'google-auth-library';
import type { Refusal } from './refusal.js';

/** A person's e-mail, why they may not act, or `null` where the request did not come through the proxy. */
export type GoogleIdentity = (headers: IncomingHttpHeaders) => Promise<string | Refusal | null>;

/** Whom the proxy speaks to, and who may act. */
export type GoogleIdentityOptions = {
  /** The audience of the assertion: `/projects/NUMBER/locations/REGION/services/NAME`. */
  readonly audience: string;
  /** E-mail addresses that may act; everybody else the proxy lets through may read. */
  readonly people: readonly string[];
  /** Where the proxy's public keys are. @default Google's own address */
  readonly keysUrl?: string;
};

const HEADER = 'x-goog-iap-jwt-assertion';
const ISSUER = 'https://cloud.google.com/iap';

/** A new key of the proxy is seen after this long at most. */
const KEYS_KEPT_MS = 10 * 60_000;

/** Creates the check. Google's keys are fetched at the first request that needs them, and kept for ten minutes. */
export function createGoogleIdentity(options: GoogleIdentityOptions): GoogleIdentity {
  const people = new Set(options.people.map((email) => email.toLowerCase()));
  const verify = verifier(options);
  return async (headers) => {
    const assertion = headers[HEADER];
    if (typeof assertion !== 'string' || assertion === '') return null;
    const email = await emailIn(assertion, verify);
    if (typeof email !== 'string') return email;
    return people.has(email) ? email : notAllowed(email);
  };
}

/** The e-mail that the proxy signed for; empty where it named nobody. @throws Error where it did not sign. */
type Verify = (assertion: string) => Promise<string>;

function verifier({ audience, keysUrl }: GoogleIdentityOptions): Verify {
  type Kept = { readonly client: OAuth2Client; readonly pubkeys: Keys; readonly atMs: number };
  let kept: Kept | null = null;
  const fresh = async (): Promise<Kept> => {
    if (kept !== null && performance.now() - kept.atMs < KEYS_KEPT_MS) return kept;
    const google = await import('google-auth-library');
    const endpoints = keysUrl === undefined ? {} : { oauth2IapPublicKeyUrl: keysUrl };
    const client = new google.OAuth2Client({ endpoints });
    const { pubkeys } = await client.getIapPublicKeysAsync();
    kept = { client, pubkeys, atMs: performance.now() };
    return kept;
  };
  return async (assertion) => {
    const { client, pubkeys } = await fresh();
    const ticket = await client.verifySignedJwtWithCertsAsync(assertion, pubkeys, audience, [
      ISSUER,
    ]);
    return ticket.getPayload()?.email?.toLowerCase() ?? '';
  };
}

type Keys = Awaited<ReturnType<OAuth2Client['getIapPublicKeysAsync']>>['pubkeys'];

async function emailIn(assertion: string, verify: Verify): Promise<string | Refusal> {
  try {
    const email = await verify(assertion);
    return email === '' ? notProven('it names nobody') : email;
  } catch (error) {
    // The message of the library holds the whole assertion.
    const [why = ''] = (error instanceof Error ? error.message : '').split(/[,:{]/);
    return notProven(why.slice(0, 80));
  }
}

function notProven(why: string): Refusal {
  const message = `Identity-Aware Proxy's assertion was not accepted: ${why}. Sign in to Google again; if that does not help, ASCENT_IAP_AUDIENCE of the controller is not this service's.`;
  return { status: 401, code: 'NOT_SIGNED_IN', message };
}

function notAllowed(email: string): Refusal {
  const message = `${email} may read here, and not act. Add the address to ASCENT_PEOPLE of the controller.`;
  return { status: 403, code: 'NOT_ALLOWED', message };
}
