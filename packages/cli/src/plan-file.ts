/** Reads `ascent.yaml`: YAML to data, smoke files put in their places, then `core` finds every fault at once. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AscentError, compilePlan, formatFaults, type Fault, type RolloutPlan } from '@ascent/core';
import { parseDocument } from 'yaml';

/** Where a plan is looked for when none is named. */
export const DEFAULT_PLAN_FILE = 'ascent.yaml';

/**
 * The compiled plan in `file`.
 * @throws AscentError `ASC_PLAN_UNREADABLE` or `ASC_PLAN_INVALID` with every fault and its path.
 */
export async function loadPlan(file: string): Promise<RolloutPlan> {
  const faults: Fault[] = [];
  const plan = await readYaml(file, { what: 'plan', remedy: 'Name another with --plan <file>.' });
  const input = await withSmokeFiles(plan, { file, faults });
  const compiled = compilePlan(input);
  if (compiled.type === 'faults') faults.push(...compiled.faults);
  if (compiled.type === 'plan' && faults.length === 0) return compiled.plan;
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  const message = `${file} has ${count}; nothing was changed:\n${formatFaults(faults)}`;
  throw new AscentError('ASC_PLAN_INVALID', message, faults);
}

/** What is read, and what to do where it is missing. */
type Wanted = { readonly what: string; readonly remedy: string };

async function readYaml(file: string, { what, remedy }: Wanted): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    const message = `The ${what} ${file} cannot be read: ${why}. ${remedy}`;
    throw new AscentError('ASC_PLAN_UNREADABLE', message);
  });
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) throw notYaml(file, error.message);
  try {
    return document.toJS() as unknown;
  } catch (unresolved) {
    // An alias without its anchor is only found here.
    throw notYaml(file, unresolved instanceof Error ? unresolved.message : String(unresolved));
  }
}

function notYaml(file: string, why: string): AscentError {
  return new AscentError('ASC_PLAN_UNREADABLE', `${file} is not valid YAML: ${why}`);
}

/** `smoke: smoke.yaml` and `scenarios: scenarios.yaml` become the files' content, so that the record needs no file beside it. */
async function withSmokeFiles(
  input: unknown,
  { file, faults }: { readonly file: string; readonly faults: Fault[] },
): Promise<unknown> {
  if (!isObject(input)) return input;
  const include = async (value: unknown, path: string): Promise<unknown> => {
    if (typeof value !== 'string') return value;
    try {
      return await readYaml(resolve(dirname(file), value), {
        what: 'file',
        remedy: 'It is looked for beside the plan.',
      });
    } catch (error) {
      faults.push({ path, message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  const stages = Array.isArray(input['stages'])
    ? await Promise.all(
        input['stages'].map(async (stage: unknown, index) =>
          isObject(stage) && 'smoke' in stage
            ? { ...stage, smoke: await include(stage['smoke'], `stages[${index}].smoke`) }
            : stage,
        ),
      )
    : input['stages'];
  const scenarios = await include(input['scenarios'], 'scenarios');
  return { ...input, stages, scenarios };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
