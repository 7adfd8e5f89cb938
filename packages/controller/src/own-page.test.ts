import { describe, expect, test } from 'vitest';
import { createHostGuard, isLoopback, refuseForeign } from './own-page.js';

describe('which host a server on loopback answers to', () => {
  const guard = createHostGuard({
    host: '127.0.0.1',
    pageUrls: ['https://ascent.example.com/services/web'],
  });

  test.each([
    '127.0.0.1:8090',
    '127.9.9.9',
    'localhost:8090',
    'LOCALHOST',
    '[::1]:8090',
    'ascent.localhost:1',
    'ascent.example.com',
  ])('%s is its own', (host) => {
    expect(guard({ host })).toBeNull();
  });

  test.each([
    'evil.example:8090',
    '127.0.0.1.evil.example',
    'localhost.evil.example:8090',
    'notlocalhost',
    '',
    '://',
    'a b',
  ])('"%s" is a stranger’s', (host) => {
    expect(guard({ host })).toMatchObject({ status: 403, code: 'FOREIGN_HOST' });
  });

  test('a program of HTTP/1.0 names none', () => {
    expect(guard({})).toBeNull();
  });

  test('elsewhere it answers to every name', () => {
    const open = createHostGuard({ host: '0.0.0.0', pageUrls: [] });
    expect(open({ host: 'ascent-abc.run.app' })).toBeNull();
  });
});

test('a page without a valid name of its own opens no door', () => {
  const guard = createHostGuard({ host: 'localhost', pageUrls: ['not an address'] });
  expect(guard({ host: '' })).toMatchObject({ code: 'FOREIGN_HOST' });
});

test('a request with an origin comes from where it goes to', () => {
  const host = '127.0.0.1:8090';
  expect(refuseForeign({ host })).toBeNull();
  expect(refuseForeign({ host, origin: 'http://127.0.0.1:8090' })).toBeNull();
  for (const origin of ['http://127.0.0.1:3000', 'null', 'http://evil.example']) {
    expect(refuseForeign({ host, origin })).toMatchObject({ code: 'FOREIGN_ORIGIN' });
  }
});

test('loopback is known by its addresses, and not by how a name begins', () => {
  expect(['localhost', '127.0.0.1', '::1', '[::1]'].map(isLoopback)).not.toContain(false);
  expect(['0.0.0.0', '127.example.com', '10.0.0.1', '::'].map(isLoopback)).not.toContain(true);
});
