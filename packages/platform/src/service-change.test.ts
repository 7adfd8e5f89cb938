import { AscentError } from '@ascent/core';
import { describe, expect, test } from 'vitest';
import { changedService } from './service-change.js';
import { parseService, type ServiceObject } from './service-object.js';

const asRead = {
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: {
    name: 'web',
    namespace: 'p1',
    resourceVersion: 'AAZZJpwmJn4',
    generation: 3,
    futureField: { kept: true },
    annotations: {
      'example.com/note': 'ours, not yours',
      'run.googleapis.com/operation-id': 'f4c1',
      'run.googleapis.com/client-name': 'gcloud',
      'run.googleapis.com/client-version': '545.0.0',
      'serving.knative.dev/creator': 'ana@example.com',
      'serving.knative.dev/lastModifier': 'ben@example.com',
    },
  },
  spec: {
    futureSpec: 1,
    template: {
      metadata: { annotations: { 'run.googleapis.com/client-name': 'gcloud' } },
      spec: { containers: [{ image: 'web', env: [{ name: 'A', value: '1' }], newKey: [1, 2] }] },
    },
    traffic: [{ latestRevision: true, percent: 100 }],
  },
  status: { latestCreatedRevisionName: 'web-00002-abc', observedGeneration: 3 },
};

function read(): ServiceObject {
  const parsed = parseService(asRead);
  if ('fault' in parsed) throw new Error(parsed.fault);
  return parsed.object;
}

const cloudRun = { omitsTemplateName: true };
const kubernetes = { omitsTemplateName: false };

describe('the object that is written', () => {
  test('differs from what was read only in the record, the traffic, the pinned name and the stamps of a write', () => {
    const traffic = [
      { revision: 'web-00001-abc', percent: 90, tag: 'stable' },
      { revision: 'web-00002-abc', percent: 10, tag: null },
      { revision: 'web-00002-abc', percent: 0, tag: 'candidate' },
    ];
    expect(changedService(read(), { record: '{"version":1}', traffic }, cloudRun)).toEqual({
      ...asRead,
      metadata: {
        ...asRead.metadata,
        annotations: {
          'example.com/note': 'ours, not yours',
          'serving.knative.dev/creator': 'ana@example.com',
          'serving.knative.dev/lastModifier': 'ben@example.com',
          'ascent.dev/rollout': '{"version":1}',
        },
      },
      spec: {
        ...asRead.spec,
        template: {
          ...asRead.spec.template,
          metadata: { ...asRead.spec.template.metadata, name: 'web-00002-abc' },
        },
        traffic: [
          { revisionName: 'web-00001-abc', percent: 90, tag: 'stable' },
          { revisionName: 'web-00002-abc', percent: 10 },
          { revisionName: 'web-00002-abc', tag: 'candidate' },
        ],
      },
      status: undefined,
    });
  });

  test('leaves the traffic as it was read when none is given', () => {
    const { spec } = changedService(read(), { record: 'r', traffic: null }, cloudRun);
    expect(spec).toMatchObject({ traffic: asRead.spec.traffic });
  });

  test('leaves the template of a Kubernetes service alone: a name pinned there would stay', () => {
    const { spec } = changedService(read(), { record: 'r', traffic: null }, kubernetes);
    expect(spec).toMatchObject({ template: asRead.spec.template });
    expect(spec).not.toHaveProperty('template.metadata.name');
  });
});

describe('what is refused before any request', () => {
  test('annotations of more than 256 KiB, counted in bytes and with everybody else in them', () => {
    const others = Object.entries(read().metadata.annotations ?? {})
      .filter(([name]) => !name.startsWith('run.googleapis.com/'))
      .reduce((bytes, [name, value]) => bytes + name.length + value.length, 0);
    const room = 262_144 - others - 'ascent.dev/rollout'.length;
    const fits = 'é'.repeat(Math.floor(room / 2)) + 'e'.repeat(room % 2);
    expect(() => changedService(read(), { record: fits, traffic: null }, cloudRun)).not.toThrow();
    const error = thrownBy(() =>
      changedService(read(), { record: `${fits}e`, traffic: null }, cloudRun),
    );
    expect(error).toMatchObject({ code: 'ASC_RECORD_TOO_LARGE' });
    expect(error.message).toContain('262145 bytes');
  });

  test.each([
    ['does not sum to 100', [{ revision: 'a', percent: 90, tag: null }]],
    [
      'has a fraction',
      [
        { revision: 'a', percent: 99.5, tag: null },
        { revision: 'b', percent: 0.5, tag: null },
      ],
    ],
    [
      'has a negative share',
      [
        { revision: 'a', percent: 110, tag: null },
        { revision: 'b', percent: -10, tag: null },
      ],
    ],
  ])('traffic that %s', (_, traffic) => {
    const error = thrownBy(() => changedService(read(), { record: 'r', traffic }, cloudRun));
    expect(error).toMatchObject({ code: 'ASC_TRAFFIC_SPLIT' });
    expect(error.message).toContain(`a=${traffic[0]?.percent}`);
  });
});

function thrownBy(act: () => unknown): AscentError {
  try {
    act();
  } catch (error) {
    if (error instanceof AscentError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
