import { createServer } from 'node:http';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTickGuard } from './tick-guard.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const AUDIENCE = 'https://ascent.example.com';
const ACCOUNT = 'scheduler@dovvybuddy.iam.gserviceaccount.com';

/** Google's certificates, from here. */
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ key1: publicKey.export({ type: 'spki', format: 'pem' }) }));
});
let certificatesUrl = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  certificatesUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function token(claims: object = {}, key = privateKey): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const nowS = Math.floor(Date.now() / 1_000);
  const payload = {
    iss: 'https://accounts.google.com',
    aud: AUDIENCE,
    sub: '1',
    email: ACCOUNT,
    email_verified: true,
    iat: nowS - 10,
    exp: nowS + 600,
    ...claims,
  };
  const text = `${part({ alg: 'RS256', kid: 'key1', typ: 'JWT' })}.${part(payload)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

describe('a step asked for with a shared secret', () => {
  const guard = createTickGuard({ secret: 's3cr3t', google: null });

  test.each([
    [undefined, 'Send an authorization header'],
    ['s3cr3t', 'Send an authorization header'],
    ['Bearer wrong', 'not the secret'],
    ['Bearer s3cr3', 'not the secret'],
  ])('is refused with %j', async (authorization, words) => {
    expect(await guard(authorization)).toContain(words);
  });

  test('is taken with it', async () => {
    expect(await guard('Bearer s3cr3t')).toBeNull();
  });
});

describe('a step asked for with a token', () => {
  const guard = async (text: string): Promise<string | null> =>
    await createTickGuard({
      secret: null,
      google: { audience: AUDIENCE, account: ACCOUNT, certificatesUrl },
    })(`Bearer ${text}`);

  test('that Google signed for the scheduler’s account is taken', async () => {
    expect(await guard(token())).toBeNull();
  });

  test.each([
    ['of another account', token({ email: 'eve@example.com' }), 'The token is for eve@example.com'],
    ['of an address that is not verified', token({ email_verified: false }), 'only scheduler@'],
    [
      'for another audience',
      token({ aud: 'https://other.example.com' }),
      'not one that Google signed',
    ],
    ['that has expired', token({ iat: 1_000, exp: 2_000 }), 'not one that Google signed'],
    ['of another issuer', token({ iss: 'https://evil.example.com' }), 'not one that Google signed'],
    ['signed by somebody else', token({}, stranger.privateKey), 'not one that Google signed'],
    ['that is none', 'abc', 'not one that Google signed'],
  ])('%s is refused', async (_what, text, words) => {
    const refusal = await guard(text);
    expect(refusal).toContain(words);
    expect(refusal).not.toContain(text);
  });
});

test('without a secret and an account everybody may ask', async () => {
  expect(await createTickGuard({ secret: null, google: null })(undefined)).toBeNull();
});
