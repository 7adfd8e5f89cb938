/** How Google's clients are pointed at the emulator: REST without TLS, and nobody signs in. */
import { GoogleAuth, OAuth2Client } from 'google-auth-library';
import type { Askable } from '../harness.js';

/** Options for the constructor of any of Google's clients. */
export function googleClientOptions({ emulator }: Askable): never {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: 'unchecked' });
  const google = new GoogleAuth({ authClient: client });
  // Without this the transport throws on an error status before the client can read Google's error.
  const fetch = (url: string, init: object): unknown =>
    google.fetch({ ...init, url, validateStatus: () => true, retry: false });
  return {
    fallback: true,
    apiEndpoint: '127.0.0.1',
    port: Number(new URL(emulator.url).port),
    protocol: 'http',
    projectId: 'local',
    auth: Object.assign(Object.create(google) as GoogleAuth, { fetch }),
    // The clients' types know nothing of an address without TLS.
  } as never;
}
