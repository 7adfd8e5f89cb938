/** What Cloud Run has and this emulator does not: refused by its name, rather than passed over. */
import type { Service } from '@ascent/knative';
import { ApiError } from '../api/api-error.js';

/** Annotations that ask for more than there is. https://cloud.google.com/run/docs/reference/rest/v1/ObjectMeta */
const serviceAnnotations = [
  'run.googleapis.com/binary-authorization',
  'run.googleapis.com/iap-enabled',
];
const templateAnnotations = [
  'run.googleapis.com/cloudsql-instances',
  'run.googleapis.com/encryption-key',
  'run.googleapis.com/mesh',
  'run.googleapis.com/network-interfaces',
  'run.googleapis.com/vpc-access-connector',
];

function unsupported(what: string): ApiError {
  return new ApiError('UNIMPLEMENTED', `${what} not supported by cloud-run-local.`);
}

function refuseAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  refused: readonly string[],
  path: string,
): void {
  for (const name of refused) {
    const value = annotations?.[name] ?? '';
    if (value !== '' && value !== 'false') throw unsupported(`${path}['${name}'] is`);
  }
}

/** v1 keeps fields it does not know; these would change what an instance is. */
function refuseField(holder: object, field: string, path: string): void {
  const value: unknown = new Map<string, unknown>(Object.entries(holder)).get(field);
  if (value === undefined || value === null) return;
  if (typeof value === 'object' && Object.keys(value).length === 0) return;
  throw unsupported(`${path}.${field} is`);
}

/** @throws ApiError UNIMPLEMENTED naming the first thing that is not there. */
export function refuseUnsupported({ metadata, spec: { template } }: Service): void {
  const path = 'spec.template.spec';
  const [container, ...more] = template.spec.containers;
  // divergence: sidecars
  if (more.length > 0) throw unsupported(`${path}.containers: more than one container is`);
  if (container?.ports?.some(({ name }) => name === 'h2c') === true) {
    throw unsupported(`${path}.containers[0].ports[0].name: h2c is`);
  }
  refuseAnnotations(metadata.annotations, serviceAnnotations, 'metadata.annotations');
  const annotations = template.metadata?.annotations;
  refuseAnnotations(annotations, templateAnnotations, 'spec.template.metadata.annotations');
  refuseField(template.spec, 'volumes', path);
  refuseField(template.spec, 'nodeSelector', path);
  refuseField(container ?? {}, 'volumeMounts', `${path}.containers[0]`);
  const limits = `${path}.containers[0].resources.limits`;
  refuseField(container?.resources?.limits ?? {}, 'nvidia.com/gpu', limits);
}
