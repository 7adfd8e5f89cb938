/**
 * Bearer tokens for Google's APIs from Application Default Credentials: Workload Identity Federation, the metadata
 * server, `gcloud auth application-default login`. The library caches and renews the token. (`platform` has the same few
 * lines: the two adapters share no code, so that each can be read and replaced alone.)
 */

/** Gives a token that is good now. Rejects, with the reason in words, where there is none. */
export type TokenSource = () => Promise<string>;

const SCOPE = 'https://www.googleapis.com/auth/monitoring.read';

/** A token source that loads `google-auth-library` on first use. */
export function googleTokenSource(): TokenSource {
  let client: Promise<{ getAccessToken: () => Promise<string | null | undefined> }> | null = null;
  return async () => {
    client ??= import('google-auth-library').then(
      ({ GoogleAuth }) => new GoogleAuth({ scopes: [SCOPE] }),
    );
    const token = await (await client).getAccessToken();
    if (typeof token === 'string' && token !== '') return token;
    throw new Error('the credentials gave no token');
  };
}
