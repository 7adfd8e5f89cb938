import { expect, it } from 'vitest';
import { decodeResourceVersion, encodeResourceVersion } from './version-token.js';

it('decodes the recorded token to the number of the recorded conflict', () => {
  expect(decodeResourceVersion('AAZZJpwmJn4')).toBe(1_786_872_223_639_166);
  expect(encodeResourceVersion(1_786_872_223_639_166)).toBe('AAZZJpwmJn4');
});

it.each(['', 'abc', '42', 'AAZZJpwmJn4AAAA', '!!!!!!!!!!!'])(
  'does not take %s for one',
  (token) => {
    expect(decodeResourceVersion(token)).toBeUndefined();
  },
);
