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
      throw new AscentError(
        'ASC_PLATFORM_DENIED',
        `No access token for Google Cloud: ${error instanceof Error ? error.message : String(error)}. ` +
          'Run `gcloud auth application-default login`, or give the job Workload Identity Federation.',
      );
    }
  };
}
