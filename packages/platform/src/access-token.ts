/**
 * Bearer tokens for Google's APIs from Application Default Credentials, which covers Workload Identity Federation, the
 * metadata server and `gcloud auth application-default login`. The library caches and renews the token.
 */
import { AscentError } from '@ascent/core';

/** Gives a token that is good now. */
export type TokenSource = () => Promise<string>;

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** A token source that loads `google-auth-library` on first use: a local rollout never pays for it. */
export function googleTokenSource(): TokenSource {
  let client: Promise<{ getAccessToken: () => Promise<string | null | undefined> }> | null = null;
  return async () => {
    client ??= import('google-auth-library').then(
      ({ GoogleAuth }) => new GoogleAuth({ scopes: [SCOPE] }),
    );
    try {
      const token = await (await client).getAccessToken();
      if (typeof token === 'string' && token !== '') return token;
      throw new Error('the credentials gave no token');
    } catch (error) {
      throw tokenError(error);
    }
  };
}

/** Credentials that are missing or refused need a person; a token service that is down needs time. */
function tokenError(error: unknown): AscentError {
  const reason = error instanceof Error ? error.message : String(error);
  if (isOutage(error)) {
    return new AscentError(
      'ASC_PLATFORM_UNAVAILABLE',
      `No access token for Google Cloud: ${reason}. Nothing was changed; it can be tried again.`,
    );
  }
  return new AscentError(
    'ASC_PLATFORM_DENIED',
    `No access token for Google Cloud: ${reason}. ` +
      'Run `gcloud auth application-default login`, or give the job Workload Identity Federation.',
  );
}

const OUTAGE_CODE = /^(ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE)/;

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, status } = error as Error & { readonly code?: unknown; readonly status?: unknown };
  if (typeof status === 'number') return status === 429 || status >= 500;
  return (typeof code === 'string' && OUTAGE_CODE.test(code)) || isOutage(error.cause);
}
