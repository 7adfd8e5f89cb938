import { expect, it } from 'vitest';
import { applyFieldMask } from './field-mask.js';

const current = { description: 'old', template: { scaling: { min: 1 }, timeout: '300s' } };
const body = { description: 'new', template: { scaling: { max: 2 } }, etag: 'e' };

it.each([
  [undefined, body],
  ['*', body],
  ['description', { ...current, description: 'new' }],
  ['template.scaling', { ...current, template: { scaling: { max: 2 }, timeout: '300s' } }],
  [
    'template.scaling.min',
    { ...current, template: { scaling: { min: undefined }, timeout: '300s' } },
  ],
  ['invoker_iam_disabled', { ...current, invokerIamDisabled: undefined }],
  ['etag,name', current],
])('%s', (mask, expected) => {
  expect(applyFieldMask(current, body, mask)).toEqual(expected);
});

it('refuses what is no path', () => {
  expect(() => applyFieldMask(current, body, 'a..b')).toThrow("updateMask: 'a..b' is no path");
});

it('refuses a field a Service does not have', () => {
  expect(() => applyFieldMask(current, body, 'traffic,bogus')).toThrow("no field 'bogus'");
});
