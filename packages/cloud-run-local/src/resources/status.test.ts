import { describe, expect, it } from 'vitest';
import type { TrafficTarget } from '@ascent/knative';
import { admitService } from './admission.js';
import type { RevisionPhase, RevisionRecord, ServiceRecord } from './record.js';
import { deriveState, reachableRevisions, shareOf } from './status.js';

const times = { importMs: 0, healthyMs: 0 };
const phases = {
  ready: { kind: 'ready', timeUs: 1, times },
  pending: { kind: 'pending' },
  failed: { kind: 'failed', timeUs: 1, reason: 'HealthCheckContainerError', message: 'No.', times },
} as const satisfies Record<string, RevisionPhase>;

/** A service whose newest revision is `svc-2`, and that was served by `svc-1`. */
function world(
  phase: RevisionPhase,
  traffic: readonly TrafficTarget[],
): { record: ServiceRecord; revisions: Map<string, RevisionRecord> } {
  const admit = (name: string, image: string, revisions: Map<string, RevisionRecord>) =>
    admitService(
      {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        metadata: { name: 'svc' },
        spec: { template: { metadata: { name }, spec: { containers: [{ image }] } }, traffic },
      },
      {
        key: { project: 'p', service: 'svc' },
        projectNumber: '1',
        region: 'r',
        nowUs: 1,
        current: undefined,
        revisions,
      },
    );
  const revisions = new Map<string, RevisionRecord>();
  const first = admit('svc-1', 'a', revisions).revision;
  const { record, revision: second } = admit('svc-2', 'b', revisions);
  if (first === undefined || second === undefined) throw new Error('both are minted');
  revisions.set('svc-1', { ...first, phase: phases.ready });
  revisions.set('svc-2', { ...second, phase });
  const served = [{ revisionName: 'svc-1', percent: 100 }];
  const state = { ...record.state, latestReady: 'svc-1', traffic: served };
  return { record: { ...record, state }, revisions };
}

const latest = [{ latestRevision: true, percent: 100 }];
const split = [
  { revisionName: 'svc-1', percent: 90 },
  { revisionName: 'svc-2', percent: 10 },
];
const toFirst = [{ revisionName: 'svc-1', percent: 100 }];

describe('the state of a service', () => {
  it.each([
    ['ready', latest, ['True', 'True', 'True'], 'svc-2', [['svc-2', 100]]],
    ['pending', latest, ['Unknown', 'Unknown', 'True'], 'svc-1', [['svc-1', 100]]],
    ['failed', latest, ['False', 'False', 'True'], 'svc-1', [['svc-1', 100]]],
    [
      'ready',
      split,
      ['True', 'True', 'True'],
      'svc-2',
      [
        ['svc-1', 90],
        ['svc-2', 10],
      ],
    ],
    ['pending', split, ['Unknown', 'Unknown', 'Unknown'], 'svc-1', [['svc-1', 100]]],
    ['failed', split, ['False', 'False', 'False'], 'svc-1', [['svc-1', 100]]],
    ['failed', toFirst, ['False', 'False', 'True'], 'svc-1', [['svc-1', 100]]],
  ] as const)('with a %s newest revision and %j', (...[phase, traffic, status, ready, served]) => {
    const { record, revisions } = world(phases[phase], traffic);
    const state = deriveState(record, revisions, 'now');
    expect(state.conditions.map((condition) => condition.status)).toEqual(status);
    expect(state.latestReady).toBe(ready);
    expect(state.traffic.map(({ revisionName, percent }) => [revisionName, percent])).toEqual(
      served,
    );
  });

  it('names a revision that is not there', () => {
    const { record, revisions } = world(phases.ready, [{ revisionName: 'svc-9', percent: 100 }]);
    expect(deriveState(record, revisions, 'now').conditions[2]).toMatchObject({
      reason: 'RevisionMissing',
      message: "Revision 'svc-9' referenced in traffic not found.",
    });
  });

  it('moves the time of a condition only with its status', () => {
    const { record, revisions } = world(phases.ready, latest);
    const first = deriveState(record, revisions, 'first');
    const again = deriveState({ ...record, state: first }, revisions, 'second');
    expect(again).toEqual(first);
  });
});

it('reaches revisions by share or by tag', () => {
  const traffic = [
    ...split,
    { revisionName: 'svc-3', tag: 't' },
    { revisionName: 'svc-4', percent: 0 },
  ];
  expect([...reachableRevisions(traffic)]).toEqual(['svc-1', 'svc-2', 'svc-3']);
  expect(shareOf('svc-2', [...traffic, { revisionName: 'svc-2', percent: 5 }])).toBe(15);
});
