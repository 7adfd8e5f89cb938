import { describe, expect, test } from 'vitest';
import { parseService, type ServiceObject } from './service-object.js';
import {
  isSettled,
  readinessFromRevision,
  readinessFromService,
  serviceView,
} from './service-view.js';

function service(changes: {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}): ServiceObject {
  const parsed = parseService({
    metadata: { name: 'web', resourceVersion: '7', generation: 3, ...changes.metadata },
    spec: { template: { spec: { containers: [] } }, ...changes.spec },
    status: {
      observedGeneration: 3,
      latestCreatedRevisionName: 'web-00002-abc',
      latestReadyRevisionName: 'web-00002-abc',
      conditions: [{ type: 'Ready', status: 'True' }],
      ...changes.status,
    },
  });
  if ('fault' in parsed) throw new Error(parsed.fault);
  return parsed.object;
}

function condition(status: 'True' | 'False' | 'Unknown', reason?: string): object {
  return {
    type: 'Ready',
    status,
    ...(reason === undefined ? {} : { reason, message: `because ${reason}` }),
  };
}

describe('traffic', () => {
  test('a floating target is asked for as null and served as the revision it floats on', () => {
    const view = serviceView(
      'web',
      service({
        spec: { traffic: [{ latestRevision: true, percent: 100 }] },
        status: { traffic: [{ latestRevision: true, percent: 100 }] },
      }),
      { type: 'ready' },
    );
    expect(view.traffic).toEqual([{ revision: null, percent: 100, tag: null }]);
    expect(view.served).toEqual([
      { revision: 'web-00002-abc', percent: 100, tag: null, url: null },
    ]);
  });

  test('several targets keep their order, and a tagged one without percent has 0', () => {
    const view = serviceView(
      'web',
      service({
        spec: {
          traffic: [
            { revisionName: 'web-00001-abc', percent: 90 },
            { revisionName: 'web-00002-abc', percent: 10 },
            { revisionName: 'web-00002-abc', tag: 'candidate' },
          ],
        },
        status: {
          traffic: [
            { revisionName: 'web-00002-abc', tag: 'candidate', url: 'https://candidate---web' },
          ],
        },
      }),
      { type: 'ready' },
    );
    expect(view.traffic).toEqual([
      { revision: 'web-00001-abc', percent: 90, tag: null },
      { revision: 'web-00002-abc', percent: 10, tag: null },
      { revision: 'web-00002-abc', percent: 0, tag: 'candidate' },
    ]);
    expect(view.served).toEqual([
      { revision: 'web-00002-abc', percent: 0, tag: 'candidate', url: 'https://candidate---web' },
    ]);
  });

  test('no traffic at all means everything to the latest', () => {
    expect(serviceView('web', service({}), { type: 'ready' }).traffic).toEqual([
      { revision: null, percent: 100, tag: null },
    ]);
  });
});

describe('what else a view says', () => {
  test('the record, the last writer and session affinity', () => {
    const object = service({
      metadata: {
        annotations: {
          'ascent.dev/rollout': '{"version":1}',
          'serving.knative.dev/lastModifier': 'ana@example.com',
        },
      },
      spec: {
        template: { metadata: { annotations: { 'run.googleapis.com/sessionAffinity': 'true' } } },
      },
    });
    expect(serviceView('web', object, { type: 'ready' })).toMatchObject({
      resourceVersion: '7',
      record: '{"version":1}',
      lastModifier: 'ana@example.com',
      sessionAffinity: true,
    });
  });

  test('a service without status has no revision, no URL and is not settled', () => {
    const object = service({ status: { conditions: [], latestCreatedRevisionName: undefined } });
    expect(serviceView('web', { ...object, status: undefined }, { type: 'ready' })).toMatchObject({
      latestCreated: null,
      latestReady: null,
      url: null,
      served: [],
      settled: false,
    });
  });
});

describe('a revision that the traffic names', () => {
  const gone = (message: string, reason = 'RevisionMissing'): readonly string[] =>
    serviceView(
      'web',
      service({
        spec: {
          traffic: [
            { revisionName: 'web-00001-abc', percent: 90, tag: 'stable' },
            { revisionName: 'web-00002-abc', percent: 10, tag: 'candidate' },
          ],
        },
        status: { conditions: [{ type: 'RoutesReady', status: 'False', reason, message }] },
      }),
      { type: 'ready' },
    ).missing;

  test.each([
    'Revision "web-00001-abc" referenced in traffic not found.',
    "Revision 'web-00001-abc' referenced in traffic not found.",
  ])('and that the platform does not have is missing: %s', (message) => {
    expect(gone(message)).toEqual(['web-00001-abc']);
  });

  test('is not missing because of another fault that names it', () => {
    expect(gone('Revision "web-00001-abc" is not ready.', 'RevisionFailed')).toEqual([]);
  });
});

describe('routed', () => {
  const routes = (status: string): object => ({ type: 'RoutesReady', status });
  test.each([
    [
      'the routes are ready',
      service({ status: { conditions: [condition('True'), routes('True')] } }),
      true,
    ],
    [
      'the routes are at work',
      service({ status: { conditions: [condition('True'), routes('Unknown')] } }),
      false,
    ],
    [
      'the routes are refused',
      service({ status: { conditions: [condition('False'), routes('False')] } }),
      false,
    ],
    [
      'the status is about an older specification',
      service({
        status: { observedGeneration: 2, conditions: [condition('True'), routes('True')] },
      }),
      false,
    ],
    ['nothing is said of routes', service({}), false],
  ])('%s', (_, object, routed) => {
    expect(serviceView('web', object, { type: 'ready' }).routed).toBe(routed);
  });
});

describe('settled', () => {
  test.each([
    ['everything is done', service({}), true],
    [
      'the status is about an older specification',
      service({ status: { observedGeneration: 2 } }),
      false,
    ],
    [
      'something is still being worked on',
      service({ status: { conditions: [condition('Unknown')] } }),
      false,
    ],
    [
      'the last deploy failed',
      service({ status: { conditions: [condition('False', 'HealthCheck')] } }),
      true,
    ],
    [
      'the routes are still moving',
      service({
        status: { conditions: [condition('False'), { type: 'RoutesReady', status: 'Unknown' }] },
      }),
      false,
    ],
  ] as const)('when %s', (_, object, settled) => {
    expect(isSettled(object)).toBe(settled);
  });
});

describe('readiness of the newest revision', () => {
  test('is known from the service when the newest revision is the ready one', () => {
    expect(readinessFromService(service({}))).toEqual({ type: 'ready' });
  });

  test.each([
    ['another revision is the ready one', { latestReadyRevisionName: 'web-00001-abc' }],
    ['the service is not ready', { conditions: [condition('Unknown')] }],
  ])('must be asked for when %s', (_, status) => {
    expect(readinessFromService(service({ status }))).toEqual({
      type: 'ask',
      revision: 'web-00002-abc',
    });
  });

  test('is failed when the platform could not even create a revision', () => {
    const object = service({
      status: { latestCreatedRevisionName: undefined, conditions: [condition('False', 'Refused')] },
    });
    expect(readinessFromService(object)).toEqual({ type: 'failed', message: 'because Refused' });
  });

  test.each([
    ['Ready is True', condition('True'), { type: 'ready' }],
    ['Ready is True and it has retired', condition('True', 'Retired'), { type: 'ready' }],
    ['it rests without traffic', condition('False', 'Retired'), { type: 'ready' }],
    [
      'it is being deployed',
      condition('Unknown', 'Deploying'),
      { type: 'starting', message: 'because Deploying' },
    ],
    [
      'its container did not start',
      condition('False', 'HealthCheckContainerError'),
      { type: 'failed', message: 'because HealthCheckContainerError' },
    ],
  ] as const)('of a revision: %s', (_, ready, expected) => {
    const conditions = [
      { type: 'Active', status: 'False' as const, reason: 'NoTraffic', severity: 'Info' },
      ready as { type: string; status: 'True' | 'False' | 'Unknown' },
    ];
    expect(readinessFromRevision(conditions)).toEqual(expected);
  });

  test('is starting while a revision has no conditions yet', () => {
    expect(readinessFromRevision([]).type).toBe('starting');
  });
});
