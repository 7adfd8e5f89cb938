/** `${name}` in a smoke check, replaced by what an earlier check saved. Pure. */
import type { SmokeCheck } from '@ascent/core';

/** What earlier checks saved, by name. */
export type SavedValues = ReadonlyMap<string, string>;

/** Thrown when a check needs a value that no earlier check saved. */
export class MissingValue extends Error {
  constructor(name: string) {
    super(`needs \${${name}}, which no earlier check saved`);
    this.name = 'MissingValue';
  }
}

const REFERENCE = /\$\{([A-Za-z_]\w*)\}/g;

/** `text` with every reference replaced by `write(value)`. @throws MissingValue */
export function fillText(
  text: string,
  saved: SavedValues,
  write: (value: string) => string = (value) => value,
): string {
  return text.replaceAll(REFERENCE, (_, name: string) => {
    const value = saved.get(name);
    if (value === undefined) throw new MissingValue(name);
    return write(value);
  });
}

/** What is expected, with the references in its texts replaced. @throws MissingValue */
export function fillExpectation(
  expected: SmokeCheck['expect'],
  saved: SavedValues,
): SmokeCheck['expect'] {
  const rules = Object.entries(expected.json).map(([path, rule]) => {
    const equals = typeof rule === 'object' ? rule.equals : null;
    return [path, typeof equals === 'string' ? { equals: fillText(equals, saved) } : rule] as const;
  });
  return {
    ...expected,
    contains: expected.contains.map((text) => fillText(text, saved)),
    json: Object.fromEntries(rules),
  };
}

/** Any JSON value with the references in its strings replaced; keys stay as they are. @throws MissingValue */
export function fillJson(value: unknown, saved: SavedValues): unknown {
  if (typeof value === 'string') return fillText(value, saved);
  if (Array.isArray(value)) return value.map((item: unknown) => fillJson(item, saved));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fillJson(item, saved)]),
  );
}
