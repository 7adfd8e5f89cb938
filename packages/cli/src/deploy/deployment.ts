/**
 * What to write to the Service so that a new revision is made and no user meets it. A pure function of the manifest and
 * of the Service as it is now.
 *
 * - `--no-traffic` cannot create a service, so the first deployment gets all traffic; there is nobody yet to be hurt.
 * - Afterwards the traffic is kept by revision name. LATEST is pinned to what it means now: it would float to the new
 *   revision the moment that is ready.
 * - Annotations that the manifest does not name are kept, the rollout record among them.
 * - The revision's name carries a hash of its template. Deploying the same thing twice is the same revision, where Cloud
 *   Run would otherwise mint another one, and a rerun CI job would begin another rollout.
 */
import { createHash } from 'node:crypto';
import type { ServiceObject } from '@ascent/platform';
import type { Manifest } from './manifest.js';

type KnativeTarget = NonNullable<ServiceObject['spec']['traffic']>[number];

/** The image and the name of what is deployed. */
export type Release = {
  /** An image reference, by digest. */
  readonly image: string;
  /** Shown in the revision's name, such as `v1.2.0`. */
  readonly label: string;
};

/** The name of the revision that is made, and the Service to send: the first one of all, or the present one changed. */
export type Deployment = { readonly revision: string } & (
  | { readonly first: true; readonly body: object }
  | { readonly first: false; readonly body: ServiceObject }
);

const REVISION_NAME_MAX = 63;
const HASH_LENGTH = 8;

/** Puts `release` into the manifest and the manifest into the Service; `present` is `null` where there is none yet. */
export function deploymentOf(
  manifest: Manifest,
  present: ServiceObject | null,
  release: Release,
): Deployment {
  const unnamed = templateOf(manifest, release.image);
  const revision = revisionName(manifest.metadata.name, release.label, unnamed);
  const template = { ...unnamed, metadata: { ...unnamed.metadata, name: revision } };
  if (present === null) {
    const traffic = [{ latestRevision: true, percent: 100 }];
    return { revision, first: true, body: { ...manifest, spec: { template, traffic } } };
  }
  const { status, ...kept } = present;
  return {
    revision,
    first: false,
    body: {
      ...kept,
      metadata: {
        ...present.metadata,
        labels: { ...present.metadata.labels, ...manifest.metadata.labels },
        annotations: { ...present.metadata.annotations, ...manifest.metadata.annotations },
      },
      spec: { ...present.spec, template, traffic: pinnedTraffic(present.spec.traffic, status) },
    },
  };
}

function templateOf({ spec }: Manifest, image: string): Manifest['spec']['template'] {
  const { template } = spec;
  const containers = template.spec.containers.map((container) => ({ ...container, image }));
  return { ...template, spec: { ...template.spec, containers } };
}

/** `SERVICE-LABEL-HASH`, at most 63 characters of lower-case letters, digits and hyphens. */
function revisionName(service: string, label: string, template: unknown): string {
  const hash = createHash('sha256')
    .update(JSON.stringify(template))
    .digest('hex')
    .slice(0, HASH_LENGTH);
  const room = REVISION_NAME_MAX - service.length - HASH_LENGTH - 2;
  const words = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, Math.max(0, room))
    .replaceAll(/^-+|-+$/g, '');
  return [service, words, hash].filter((part) => part !== '').join('-');
}

function pinnedTraffic(
  asked: readonly KnativeTarget[] = [],
  status: ServiceObject['status'],
): readonly KnativeTarget[] {
  const latest = status?.latestReadyRevisionName;
  const targets = asked.length > 0 ? asked : [{ latestRevision: true, percent: 100 }];
  if (latest === undefined) return targets;
  return targets.map(({ percent, tag, revisionName }) => ({
    revisionName: revisionName ?? latest,
    ...(percent === undefined ? {} : { percent }),
    ...(tag === undefined ? {} : { tag }),
  }));
}
