/** Update masks: a comma-separated list of the fields to take from the body. https://google.aip.dev/161 */
import { invalidArgument } from '../api/api-error.js';
import {
  scalingFields,
  serviceFields,
  templateFields,
  templateScalingFields,
} from './message-fields.js';
import { camelCase } from './proto-json.js';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function overlay(current: Json, body: Json, path: readonly string[]): Json {
  const [field = '', ...rest] = path;
  if (rest.length === 0) return { ...current, [field]: body[field] };
  const [inner, wanted] = [current[field], body[field]];
  return {
    ...current,
    [field]: overlay(isObject(inner) ? inner : {}, isObject(wanted) ? wanted : {}, rest),
  };
}

/** Output only and immutable: naming one in a mask changes nothing. */
const notWritable: ReadonlySet<string> = new Set(['name', 'etag', 'uid', 'generation']);

/** Fields of the messages that a mask may look into. Maps take any key; lists and values have nothing below. */
const fieldsOf: Readonly<Record<string, ReadonlySet<string> | 'any'>> = {
  '': serviceFields,
  template: templateFields,
  'template.scaling': templateScalingFields,
  scaling: scalingFields,
  labels: 'any',
  annotations: 'any',
  'template.labels': 'any',
  'template.annotations': 'any',
  'template.nodeSelector': new Set(['accelerator']),
};

function isField(path: readonly string[]): boolean {
  return path.every((field, depth) => {
    const fields = fieldsOf[path.slice(0, depth).join('.')];
    return fields === 'any' || fields?.has(field) === true;
  });
}

/**
 * What the resource should be: the current one with the fields of the mask taken from the body. Without a
 * mask, or with `*`, the body alone.
 * @throws ApiError INVALID_ARGUMENT for a mask with an empty path, or with a field a Service does not have.
 */
export function applyFieldMask(current: Json, body: Json, mask: string | undefined): Json {
  if (mask === undefined || mask === '' || mask === '*') return body;
  return mask.split(',').reduce<Json>((updated, text) => {
    const path = text.trim().split('.').map(camelCase);
    if (path.some((field) => !/^[A-Za-z0-9]+$/.test(field))) {
      throw invalidArgument(
        `updateMask: '${text}' is no path; write it as traffic,template.scaling.`,
      );
    }
    if (!isField(path)) {
      throw invalidArgument(
        `updateMask: a Service has no field '${text}'; a list is replaced as a whole.`,
      );
    }
    return notWritable.has(path[0] ?? '') ? updated : overlay(updated, body, path);
  }, current);
}
