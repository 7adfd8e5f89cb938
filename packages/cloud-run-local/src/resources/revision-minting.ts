/** Makes the immutable object of a new revision out of a service's template. */
import { randomUUID } from 'node:crypto';
import {
  annotationNames,
  labelNames,
  servingApiVersion,
  type ObjectMeta,
  type RevisionTemplate,
  type Service,
} from '@ascent/knative';
import { formatTimestamp } from '../clock.js';
import type { RevisionRecord, ServiceKey, ServiceRecord } from './record.js';
import { canonicalJson } from './structural-equality.js';

/** What a write is judged against. */
export interface WriteContext {
  readonly key: ServiceKey;
  readonly projectNumber: string;
  readonly region: string;
  readonly nowUs: number;
  readonly current: ServiceRecord | undefined;
  readonly revisions: ReadonlyMap<string, RevisionRecord>;
  /** Mint a revision even if the template is unchanged. */
  readonly forceNewRevision?: boolean;
}

/** What a revision is made of. */
interface RevisionSource {
  readonly service: Service;
  readonly template: RevisionTemplate;
  readonly context: WriteContext;
}

/** Annotations that say who wrote the service are copied; the others of the service are not. */
const copiedAnnotations: ReadonlySet<string> = new Set([
  annotationNames.clientName,
  annotationNames.clientVersion,
  annotationNames.operationId,
  annotationNames.creator,
]);

function makeMetadata(name: string, { service, template, context }: RevisionSource): ObjectMeta {
  const { key, projectNumber, nowUs } = context;
  const { uid, generation, annotations } = service.metadata;
  const copied = Object.entries(annotations ?? {}).filter(([annotation]) =>
    copiedAnnotations.has(annotation),
  );
  return {
    ...template.metadata,
    name,
    namespace: projectNumber,
    selfLink: `/apis/serving.knative.dev/v1/namespaces/${projectNumber}/revisions/${name}`,
    uid: randomUUID(),
    generation: 1,
    creationTimestamp: formatTimestamp(nowUs),
    labels: {
      ...template.metadata?.labels,
      [labelNames.service]: key.service,
      [labelNames.serviceUid]: uid ?? '',
      [labelNames.configuration]: key.service,
      [labelNames.configurationGeneration]: String(generation),
      [labelNames.route]: key.service,
      [labelNames.location]: context.region,
    },
    annotations: { ...template.metadata?.annotations, ...Object.fromEntries(copied) },
    ownerReferences: [
      {
        kind: 'Configuration',
        name: key.service,
        uid,
        apiVersion: servingApiVersion,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

/** A revision that was asked for and has not been started yet. */
export function makeRevision(name: string, source: RevisionSource): RevisionRecord {
  const { template, context } = source;
  return {
    name,
    createdUs: context.nowUs,
    changedUs: context.nowUs,
    phase: { kind: 'pending' },
    imageDigest: undefined,
    templateJson: canonicalJson(template),
    object: {
      apiVersion: servingApiVersion,
      kind: 'Revision',
      metadata: makeMetadata(name, source),
      spec: template.spec,
    },
  };
}
