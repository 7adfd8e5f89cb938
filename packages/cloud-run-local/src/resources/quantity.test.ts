import { expect, it } from 'vitest';
import { parseQuantity } from './quantity.js';

it.each([
  ['512Mi', 536_870_912],
  ['1G', 1e9],
  ['1000m', 1],
  ['0.5', 0.5],
  ['2', 2],
  ['lots', undefined],
])('%s is %s', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});
