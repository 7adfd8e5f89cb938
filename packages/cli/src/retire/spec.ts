/** What is retired: `deploy/retire.yaml`, with every fault named. */
import { readFile } from 'node:fs/promises';
import { AscentError, formatPath } from '@ascent/core';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const path = z
  .string()
  .regex(
    /^(?!\.?\/|\.$)(?!.*\.\.(?:\/|$)).+$/,
    'write a path below the top of the repository, without . and .. in it',
  );
const branch = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._/-]*[a-z0-9]$/,
    'write a branch name of lower-case letters, digits, - . _ and /',
  );

const specSchema = z.strictObject({
  /** In words, for the commit and the notes. */
  what: z.string().min(1),
  /** Keeps everything as it is now, for ever. */
  archive: branch,
  /** Carries the removal, to be looked at and merged. */
  branch,
  remove: z.array(path).min(1, 'name what is removed'),
  /** Stays, although it belongs to what is removed. */
  keep: z.array(path).default([]),
  ciJobs: z
    .array(z.strictObject({ workflow: path, jobs: z.array(z.string().min(1)).min(1) }))
    .default([]),
  readme: z.strictObject({ file: path.default('README.md'), notes: z.string().min(1) }),
});

/** What is retired, and how. */
export type RetireSpec = z.output<typeof specSchema>;

/** Reads and checks `file`. @throws AscentError `ASC_USAGE` with every fault and its path. */
export async function readSpec(file: string): Promise<RetireSpec> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AscentError(
      'ASC_USAGE',
      `${file} cannot be read: ${String(error)}. Name another with --spec.`,
    );
  });
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined)
    throw new AscentError('ASC_USAGE', `${file} is not valid YAML: ${error.message}`);
  const parsed = specSchema.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => ({
    path: formatPath(issue.path),
    message: issue.message,
  }));
  const lines = faults.map((fault) => `  ${fault.path}: ${fault.message}`).join('\n');
  throw new AscentError('ASC_USAGE', `${file} has faults; nothing was changed:\n${lines}`, faults);
}
