/**
 * Who may ask for a step over HTTP. A step is idempotent, so nothing bad comes of one too many; but each costs a read of
 * the platform and of the metrics, and those have quotas. Either a shared secret (`Authorization: Bearer …`), or a token
 * that Google signed for a service account, as Cloud Scheduler sends it: https://cloud.google.com/scheduler/docs/http-target-auth
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** What is accepted. Both may be set; `null` and `null` accepts everybody. */
export type TickGuardOptions = {
  readonly secret: string | null;
  readonly google: {
    /** The audience the scheduler was given: usually the controller's own address. */
    readonly audience: string;
    /** The service account that the scheduler uses. */
    readonly account: string;
    /** Where Google's certificates are. @default Google's own address */
    readonly certificatesUrl?: string;
  } | null;
};

/** Why a request may not ask for a step, in words for its sender; `null` where it may. */
export type TickGuard = (authorization: string | undefined) => Promise<string | null>;

/** Creates the guard. */
export function createTickGuard({ secret, google }: TickGuardOptions): TickGuard {
  if (secret === null && google === null) return () => Promise.resolve(null);
  return async (authorization) => {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined)
      return 'Send an authorization header: Bearer, and the secret or a token signed by Google.';
    if (secret !== null && isSame(token, secret)) return null;
    if (google === null) return 'This is not the secret in ASCENT_TICK_SECRET of the controller.';
    return await refusalByGoogle(token, google);
  };
}

/** Digests have one length, so that not even the length of the secret can be measured. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

async function refusalByGoogle(
  token: string,
  { audience, account, certificatesUrl }: NonNullable<TickGuardOptions['google']>,
): Promise<string | null> {
  const { OAuth2Client } = await import('google-auth-library');
  const endpoints =
    certificatesUrl === undefined ? {} : { oauth2FederatedSignonPemCertsUrl: certificatesUrl };
  try {
    const ticket = await new OAuth2Client({ endpoints }).verifyIdToken({
      idToken: token,
      audience,
    });
    const { email, email_verified: verified } = ticket.getPayload() ?? {};
    if (verified === true && email === account) return null;
    return `The token is for ${email ?? 'nobody'}, and only ${account} may ask for a step.`;
  } catch (error) {
    // The message of the library holds the whole token and its payload.
    const [why = ''] = (error instanceof Error ? error.message : '').split(/[,:{]/);
    return `The token is not one that Google signed for ${audience}: ${why.slice(0, 80)}.`;
  }
}
