/** Admission is common to both APIs and names fields as v1 does; who calls v2 is told in the words of v2. */
import { annotationNames } from '@ascent/knative';
import { ApiError } from '../api/api-error.js';

/** Field of v1 → field of v2, longer paths before the ones they begin with. */
const names: readonly (readonly [string, string])[] = [
  [
    `spec.template.metadata.annotations['${annotationNames.minScale}']`,
    'template.scaling.minInstanceCount',
  ],
  [
    `spec.template.metadata.annotations['${annotationNames.maxScale}']`,
    'template.scaling.maxInstanceCount',
  ],
  [`metadata.annotations['${annotationNames.serviceMinScale}']`, 'scaling.minInstanceCount'],
  [`metadata.annotations['${annotationNames.serviceMaxScale}']`, 'scaling.maxInstanceCount'],
  ['spec.template.metadata.name', 'template.revision'],
  ['spec.template.metadata.', 'template.'],
  ['spec.template.spec.timeoutSeconds', 'template.timeout'],
  ['spec.template.spec.containerConcurrency', 'template.maxInstanceRequestConcurrency'],
  ['spec.template.spec.', 'template.'],
  ['spec.traffic', 'traffic'],
  ['metadata.name', 'serviceId'],
  ['metadata.', ''],
];

/** Does something whose faults, should it have any, name the fields of v2. */
export async function inWordsOfV2<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const name = names.find(([v1]) => error.message.startsWith(v1));
    if (name === undefined) throw error;
    throw new ApiError(error.status, `${name[1]}${error.message.slice(name[0].length)}`);
  }
}
