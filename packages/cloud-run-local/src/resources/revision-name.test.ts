import { expect, it } from 'vitest';
import { generateRevisionName } from './revision-name.js';

it('counts in five digits and ends in three letters or digits', () => {
  expect(generateRevisionName('svc', 7, () => 0)).toBe('svc-00007-bbb');
  expect(generateRevisionName('svc', 123_456, () => 0.999)).toBe('svc-123456-999');
});
