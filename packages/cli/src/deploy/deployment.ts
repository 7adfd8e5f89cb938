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
import type { Manifest } from './manifest.js';

/** A traffic target of Knative Serving v1. */
export type KnativeTarget = {
  readonly revisionName?: string;
  readonly latestRevision?: boolean;
  readonly percent?: number;
  readonly tag?: string;
  readonly url?: string;
};

/** The part of a Service that a deployment reads; everything else is carried along. */
export type PresentService = {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly traffic?: readonly KnativeTarget[] };
  readonly status?: {
    readonly latestReadyRevisionName?: string;
    readonly traffic?: readonly KnativeTarget[];
    readonly url?: string;
  };
};

/** The image and the name of what is deployed. */
export type Release = {
  /** An image reference, by digest. */
  readonly image: string;
  /** Shown in the revision's name, such as `v1.2.0`. */
  readonly label: string;
};

/** The body to send, and the name of the revision it makes. */
export type Deployment = { readonly revision: string; readonly body: unknown };

/** Server-side stamps of the last write; the API refuses or overwrites them. */
const STAMPS: ReadonlySet<string> = new Set([
  'run.googleapis.com/operation-id',
  'run.googleapis.com/client-name',
  'run.googleapis.com/client-version',
]);

const REVISION_NAME_MAX = 63;
const HASH_LENGTH = 8;

/** Puts `release` into the manifest and the manifest into the Service; `present` is `null` where there is none yet. */
export function deploymentOf(
  manifest: Manifest,
  present: PresentService | null,
  release: Release,
): Deployment {
  const unnamed = templateOf(manifest, release.image);
  const revision = revisionName(manifest.metadata.name, release.label, unnamed);
  const template = { ...unnamed, metadata: { ...unnamed.metadata, name: revision } };
  if (present === null) {
    const traffic = [{ latestRevision: true, percent: 100 }];
    return { revision, body: { ...manifest, spec: { template, traffic } } };
  }
  const { status, ...kept } = present;
  const annotations = Object.entries(present.metadata.annotations ?? {}).filter(
    ([name]) => !STAMPS.has(name),
  );
  return {
    revision,
    body: {
      ...kept,
      metadata: {
        ...present.metadata,
        labels: { ...present.metadata.labels, ...manifest.metadata.labels },
        annotations: { ...Object.fromEntries(annotations), ...manifest.metadata.annotations },
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
  status: PresentService['status'],
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
