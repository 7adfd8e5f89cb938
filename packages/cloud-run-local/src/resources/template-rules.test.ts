import type { RevisionTemplate } from '@ascent/knative';
import { expect, it } from 'vitest';
import { checkServiceScaling, checkTemplate } from './template-rules.js';

const checkContainer = (container: Record<string, unknown>) => () => {
  checkTemplate({ spec: { containers: [{ image: 'backend:1', ...container }] } });
};
const checkSpec = (spec: Record<string, unknown>) => () => {
  checkTemplate({ spec: { containers: [{ image: 'backend:1' }], ...spec } });
};
const checkScales = (least: string, most: string) => () => {
  const annotations = {
    'autoscaling.knative.dev/minScale': least,
    'autoscaling.knative.dev/maxScale': most,
  };
  const template: RevisionTemplate = { metadata: { annotations }, spec: { containers: [] } };
  checkTemplate(template);
};
const limits = (cpu: string, memory: string) => ({ resources: { limits: { cpu, memory } } });
const variable = (name: string, value = '') => ({ env: [{ name, value }] });

it.each([
  ['image', { image: '' }],
  ['image', { image: '../../etc' }],
  ['ports', { ports: [{ containerPort: 1 }, { containerPort: 2 }] }],
  ['ports[0].containerPort', { ports: [{ containerPort: 99_999 }] }],
  ['resources.limits.cpu', limits('-1', '512Mi')],
  ['resources.limits.cpu', limits('0', '512Mi')],
  ['resources.limits.cpu', limits('3', '512Mi')],
  ['resources.limits.cpu', limits('1500m', '512Mi')],
  ['resources.limits.memory', limits('1', 'abc')],
  ['resources.limits.memory', limits('1', '0')],
  ['resources.limits.memory', limits('1', '1Ti')],
  ['env[0].name', variable('')],
  ['env[0].name', variable('A=B')],
  ['env[0].name', variable('PORT')],
  ['env[0].value', variable('A', 'x'.repeat(40_000))],
  ['env[1].name', { env: [...variable('A').env, ...variable('A').env] }],
  ['env', { env: Array.from({ length: 1001 }, (_, index) => ({ name: `A${index}` })) }],
  ['startupProbe.periodSeconds', { startupProbe: { periodSeconds: 0 } }],
  ['livenessProbe.timeoutSeconds', { livenessProbe: { timeoutSeconds: 5, periodSeconds: 4 } }],
  ['startupProbe', { startupProbe: { periodSeconds: 100, failureThreshold: 100 } }],
])('refuses %s of a container', (field, container) => {
  expect(checkContainer(container)).toThrow(`spec.template.spec.containers[0].${field}`);
});

it.each([
  ['timeoutSeconds', { timeoutSeconds: 0 }],
  ['timeoutSeconds', { timeoutSeconds: 3601 }],
  ['containerConcurrency', { containerConcurrency: 5000 }],
  [
    'containerConcurrency',
    { containerConcurrency: 2, containers: [{ image: 'backend:1', ...limits('0.5', '512Mi') }] },
  ],
])('refuses %s of a template', (field, spec) => {
  expect(checkSpec(spec)).toThrow(`spec.template.spec.${field}`);
});

it.each([
  ['abc', '1'],
  ['-1', '1'],
  ['0', '0'],
  ['5', '4'],
])('refuses instance counts from %s to %s', (least, most) => {
  expect(checkScales(least, most)).toThrow('spec.template.metadata.annotations');
  const annotations = { 'run.googleapis.com/minScale': least, 'run.googleapis.com/maxScale': most };
  expect(() => {
    checkServiceScaling(annotations);
  }).toThrow('metadata.annotations');
});

it('takes the bounds themselves', () => {
  const probe = { timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1 };
  expect(checkContainer({ ...limits('80m', '32Gi'), startupProbe: probe })).not.toThrow();
  expect(checkContainer(limits('6', '128Mi'))).not.toThrow();
  expect(checkContainer({ env: variable('A', 'x'.repeat(32_768)).env })).not.toThrow();
  expect(checkSpec({ timeoutSeconds: 3600, containerConcurrency: 1000 })).not.toThrow();
  expect(checkScales('0', '1')).not.toThrow();
});
