import { expect, it } from 'vitest';
import { affinityCookie, readAffinity } from './affinity.js';

it('reads back the cookie it made, among others', () => {
  const [cookie = ''] = affinityCookie('svc-1', 'f'.repeat(64)).split(';');
  expect(readAffinity(`a=b; ${cookie}; c=d`)).toEqual({
    revision: 'svc-1',
    instancePrefix: 'f'.repeat(16),
  });
});

it.each([undefined, '', 'GAESA=x', 'GAESA'])('takes nothing from %s', (header) => {
  expect(readAffinity(header)).toBeUndefined();
});
