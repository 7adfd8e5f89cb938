import { expect, it } from 'vitest';
import { fillTemplate } from './template-defaults.js';

it.each([
  ['500m', 1],
  ['0.5', 1],
  ['1', 80],
  [undefined, 80],
])('lets an instance with CPU %s take %s requests at once', (cpu, concurrency) => {
  const limits = cpu === undefined ? {} : { cpu };
  const template = { spec: { containers: [{ image: 'a', resources: { limits } }] } };
  const filled = fillTemplate(template, { service: 's', projectNumber: '1' });
  expect(filled.spec.containerConcurrency).toBe(concurrency);
});
