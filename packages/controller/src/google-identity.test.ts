import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccess, type Access } from './access.js';
import { createGoogleIdentity } from './google-identity.js';

const AUDIENCE = '/projects/42/locations/us-central1/services/ascent';
const ISSUER = 'https://cloud.google.com/iap';
const proxy = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const origin = 'https://ascent.example.com';
const here = { host: 'ascent.example.com', origin };

let server: Server;
let access: Access;
let keysFetched = 0;
beforeAll(async () => {
  // As https://www.gstatic.com/iap/verify/public_key answers: key ids and keys in PEM.
  server = createServer((_request, response) => {
    keysFetched += 1;
    const key = proxy.publicKey.export({ type: 'spki', format: 'pem' });
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ k1: key }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const google = createGoogleIdentity({
    audience: AUDIENCE,
    people: ['Dana@example.com'],
    keysUrl: `http://127.0.0.1:${String(port)}/keys`,
  });
  access = createAccess({ token: null, now: Date.now, google });
});
afterAll(() => {
  server.close();
});

type Claims = {
  readonly email?: string;
  readonly aud?: string;
  readonly iss?: string;
  readonly ageS?: number;
};

function assertion(claims: Claims, key = proxy.privateKey): string {
  const nowS = Math.floor(Date.now() / 1_000) - (claims.ageS ?? 0);
  const encode = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = {
    aud: AUDIENCE,
    iss: ISSUER,
    email: 'dana@example.com',
    sub: '1',
    ...claims,
    iat: nowS,
    exp: nowS + 600,
  };
  const text = `${encode({ alg: 'ES256', typ: 'JWT', kid: 'k1' })}.${encode(body)}`;
  const signature = createSign('sha256').update(text).sign({ key, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

const asked = (jwt: string, headers = {}): ReturnType<Access['personOf']> =>
  access.personOf({ ...here, ...headers, 'x-goog-iap-jwt-assertion': jwt });

describe('behind Identity-Aware Proxy', () => {
  test("the proxy's keys are fetched once for many requests", async () => {
    for (let request = 0; request < 5; request += 1) await asked(assertion({}));
    await asked('a.b.c');
    expect(keysFetched).toBe(1);
  });

  test('a person on the list may act under their own address', async () => {
    expect(access.readOnly).toBe(false);
    expect(await asked(assertion({}))).toBe('dana@example.com');
  });

  test('somebody else may read only, and hears how that is changed', async () => {
    const refusal = await asked(assertion({ email: 'eve@example.com' }));
    expect(refusal).toMatchObject({ status: 403, code: 'NOT_ALLOWED' });
    expect(JSON.stringify(refusal)).toContain('ASCENT_PEOPLE');
  });

  test.each<[string, string]>([
    [
      "another service's assertion",
      assertion({ aud: '/projects/42/locations/us-central1/services/other' }),
    ],
    ["another issuer's", assertion({ iss: 'https://accounts.google.com' })],
    ['one that has expired', assertion({ ageS: 4_000 })],
    ['one that somebody else signed', assertion({}, stranger.privateKey)],
    ['one without an address', assertion({ email: '' })],
    ['one that is no assertion', 'dana@example.com'],
  ])('%s is refused', async (_what, jwt) => {
    expect(await asked(jwt)).toMatchObject({ status: 401, code: 'NOT_SIGNED_IN' });
  });

  test('the plain header beside it proves nothing', async () => {
    const headers = {
      ...here,
      'x-goog-authenticated-user-email': 'accounts.google.com:dana@example.com',
    };
    expect(await access.personOf(headers)).toMatchObject({ status: 401, code: 'NOT_SIGNED_IN' });
  });

  test("another site's page cannot act with the assertion of a person who is signed in", async () => {
    expect(await asked(assertion({}), { origin: 'https://evil.example.com' })).toMatchObject({
      code: 'FOREIGN_ORIGIN',
    });
  });
});
