/**
 * What the JSON form of proto3 allows besides the usual: fields by their names in the proto (`max_instance_count`), and
 * whole numbers as text. https://protobuf.dev/programming-guides/json/
 */
import { z } from 'zod';

/** The name of a field in JSON, from either of its names. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** Their keys are chosen by people, and are no names of fields. */
const maps: ReadonlySet<string> = new Set(['labels', 'annotations', 'limits', 'nodeSelector']);

/** A message with every field by its name in JSON. */
export function camelCaseFields(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(camelCaseFields);
  if (message === null || typeof message !== 'object') return message;
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => {
      const field = camelCase(name);
      return [field, maps.has(field) ? (value as unknown) : camelCaseFields(value)];
    }),
  );
}

/** An int32 field: a number, or the same as text. */
export const int32 = z
  .union([
    z.number().int(),
    z
      .string()
      .regex(/^-?\d{1,10}$/, 'must be a whole number')
      .transform(Number),
  ])
  .nullish();
