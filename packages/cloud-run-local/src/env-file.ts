/** Files of `NAME=value` lines, or of YAML or JSON objects, for `--env-file` and `--secrets`. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const valuesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

function parseLines(text: string, file: string): Record<string, string> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const pairs = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const equals = line.indexOf('=');
      if (equals <= 0) throw new Error(`${file}: '${line}' is not NAME=value`);
      const value = line.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2');
      return [line.slice(0, equals).trim(), value] as const;
    });
  return Object.fromEntries(pairs);
}

/** Says which file it was about, which neither the system nor the parser does in every case. */
function named<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be read: ${reason}`, { cause: error });
  }
}

/**
 * Reads names and values. `.json`, `.yaml` and `.yml` hold one object, anything else lines.
 * @throws Error naming the file and the line or field.
 */
export function readValuesFile(file: string): Record<string, string> {
  const text = named(file, () => readFileSync(file, 'utf8'));
  if (!/\.(json|ya?ml)$/.test(file)) return parseLines(text, file);
  const parsed = valuesSchema.safeParse(named(file, (): unknown => parse(text)));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${file}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is no object'}`);
  }
  return Object.fromEntries(
    Object.entries(parsed.data).map(([name, value]) => [name, String(value)]),
  );
}
