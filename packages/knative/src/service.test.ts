import { describe, expect, it } from 'vitest';
import {
  googleErrorSchema,
  revisionNamePattern,
  serviceNamePattern,
  serviceSchema,
  trafficTagPattern,
} from './index.js';

const service = {
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name: 'svc', resourceVersion: 'AAZZJpwmJn4', generation: 31, extra: { kept: true } },
  spec: {
    template: {
      metadata: { annotations: { 'autoscaling.knative.dev/maxScale': '20' } },
      spec: { containers: [{ image: 'i', securityContext: { runAsUser: 1 } }], volumes: [] },
    },
    traffic: [{ revisionName: 'svc-00006-xyz', percent: 100, tag: 'stable' }],
  },
  status: { observedGeneration: 31, conditions: [{ type: 'Ready', status: 'True' }] },
};

describe('a service', () => {
  it('keeps every field it does not know', () => {
    expect(serviceSchema.parse(service)).toEqual(service);
  });

  it('names the path of a fault', () => {
    const broken = { ...service, spec: { ...service.spec, traffic: [{ percent: 'ten' }] } };
    expect(serviceSchema.safeParse(broken).error?.issues[0]?.path).toEqual([
      'spec',
      'traffic',
      0,
      'percent',
    ]);
  });
});

describe('names', () => {
  it.each([
    ['svc', true],
    ['svc-', false],
    ['1svc', false],
    ['a'.repeat(49), true],
    ['a'.repeat(50), false],
  ])('service %s: %s', (name, valid) => {
    expect(serviceNamePattern.test(name)).toBe(valid);
  });

  it('accepts a generated revision name and a tag', () => {
    expect(revisionNamePattern.test('svc-00007-abc')).toBe(true);
    expect(trafficTagPattern.test('candidate')).toBe(true);
    expect(trafficTagPattern.test('Candidate')).toBe(false);
  });
});

it('reads the error envelope of a conflict', () => {
  const conflict = { error: { code: 409, message: 'Conflict', status: 'ABORTED' } };
  expect(googleErrorSchema.parse(conflict).error.status).toBe('ABORTED');
});
