import { expect, it } from 'vitest';
import { applyFieldMask } from './field-mask.js';

const current = {
  description: 'old',
  template: { scaling: { minInstanceCount: 1 }, timeout: '300s' },
};
const body = { description: 'new', template: { scaling: { maxInstanceCount: 2 } }, etag: 'e' };

it.each([
  [undefined, body],
  ['*', body],
  ['description', { ...current, description: 'new' }],
  [
    'template.scaling',
    { ...current, template: { scaling: { maxInstanceCount: 2 }, timeout: '300s' } },
  ],
  [
    'template.scaling.minInstanceCount',
    { ...current, template: { scaling: { minInstanceCount: undefined }, timeout: '300s' } },
  ],
  ['invoker_iam_disabled', { ...current, invokerIamDisabled: undefined }],
  ['etag,name', current],
])('%s', (mask, expected) => {
  expect(applyFieldMask(current, body, mask)).toEqual(expected);
});

it('refuses what is no path', () => {
  expect(() => applyFieldMask(current, body, 'a..b')).toThrow("updateMask: 'a..b' is no path");
});

it.each(['bogus', 'template.bogus', 'template.scaling.bogus', 'template.containers.image'])(
  'refuses a field a Service does not have: %s',
  (mask) => {
    expect(() => applyFieldMask(current, body, `traffic,${mask}`)).toThrow(`no field '${mask}'`);
  },
);
