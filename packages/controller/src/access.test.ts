import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createAccess, type Access } from './access.js';

const TOKEN = 'correct-horse';
let nowMs = 0;
const access = (token: string | null = TOKEN): Access => createAccess({ token, now: () => nowMs });
const here = { host: 'ascent.local:8090', origin: 'http://ascent.local:8090' };

/** The whole `set-cookie` of a person who signs in. */
function signedIn(headers: IncomingHttpHeaders, name = 'Dana'): string {
  const outcome = access().signIn({ token: TOKEN, name }, { ...here, ...headers });
  if ('status' in outcome) throw new Error(outcome.message);
  return outcome.cookie;
}

function cookieOf(name = 'Dana'): string {
  return signedIn({}, name).split(';')[0] ?? '';
}

describe('signing in', () => {
  test('trades the token for a cookie that no script reads and no other site sends', () => {
    expect(signedIn({})).toMatch(
      /^ascent_session=[\w.-]+; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/,
    );
  });

  test('sends the cookie over https alone where the page came over https', () => {
    expect(signedIn({ 'x-forwarded-proto': 'https' })).toMatch(/; Secure$/);
  });

  test('is refused with another token, also one that begins the same', () => {
    for (const token of ['', 'wrong', TOKEN.slice(0, -1), `${TOKEN}x`]) {
      expect(access().signIn({ token, name: 'Dana' }, here)).toMatchObject({
        status: 401,
        code: 'WRONG_TOKEN',
      });
    }
  });

  test('is refused without a name, and invisible characters are none', () => {
    expect(access().signIn({ token: TOKEN, name: ' \u200b\u0007 ' }, here)).toMatchObject({
      code: 'NO_NAME',
    });
  });

  test('is refused to every page but our own, also one on another port of this host', () => {
    const foreign = { ...here, origin: 'http://ascent.local:3000' };
    expect(access().signIn({ token: TOKEN, name: 'Dana' }, foreign)).toMatchObject({
      code: 'FOREIGN_ORIGIN',
    });
    expect(
      access().signIn({ token: TOKEN, name: 'Dana' }, { ...here, origin: 'null' }),
    ).toMatchObject({
      code: 'FOREIGN_ORIGIN',
    });
  });
});

describe('who a request is from', () => {
  test('the cookie says it, whatever letters the name has', async () => {
    const cookie = `other=1; ${cookieOf('Zoë 潜水')}`;
    expect(await access().personOf({ ...here, cookie })).toBe('Zoë 潜水');
  });

  test('a cookie is refused once it has expired', async () => {
    const cookie = cookieOf();
    nowMs = 12 * 3_600_000;
    expect(await access().personOf({ ...here, cookie })).toMatchObject({
      status: 401,
      code: 'NOT_SIGNED_IN',
    });
    nowMs = 0;
  });

  test('a cookie that was changed in any part is refused', async () => {
    const [name = '', expires = '', signed = ''] = cookieOf().split('=')[1]?.split('.') ?? [];
    const forged = [
      `${Buffer.from('Root').toString('base64url')}.${expires}.${signed}`,
      `${name}.9999999999999.${signed}`,
      `${name}.${expires}.`,
      `${name}.${expires}`,
      `${name}.${expires}.${signed}.`,
      '',
    ];
    for (const value of forged) {
      const cookie = `ascent_session=${value}`;
      expect(await access().personOf({ ...here, cookie })).toMatchObject({ code: 'NOT_SIGNED_IN' });
    }
  });

  test('a cookie signed with another token is refused', async () => {
    expect(await access('another').personOf({ ...here, cookie: cookieOf() })).toMatchObject({
      code: 'NOT_SIGNED_IN',
    });
  });

  test('a program shows the token itself and says whom it acts for', async () => {
    const headers = {
      host: here.host,
      authorization: `Bearer ${TOKEN}`,
      'x-ascent-person': 'CI of #42',
    };
    expect(await access().personOf(headers)).toBe('CI of #42');
    expect(await access().personOf({ ...headers, authorization: 'Bearer wrong' })).toMatchObject({
      code: 'WRONG_TOKEN',
    });
  });

  test('nobody can act on a read-only controller, whatever they show', async () => {
    const headers = { ...here, authorization: `Bearer ${TOKEN}`, cookie: cookieOf() };
    expect(await access(null).personOf(headers)).toMatchObject({ status: 403, code: 'READ_ONLY' });
    expect(access(null).signIn({ token: '', name: 'Dana' }, here)).toMatchObject({
      code: 'READ_ONLY',
    });
  });
});
