/**
 * Runs the `run` blocks of a job of a workflow as GitHub's runner would: in order, each in its own `bash -eo pipefail`, with
 * the environment of workflow, job and step, expressions filled in from what a test gives, and outputs handed on.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '@ascent/demo';
import { parse } from 'yaml';
import { runBash } from './house.js';

type Environment = Readonly<Record<string, string>>;
type Step = {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Environment;
};
type Workflow = {
  readonly env?: Environment;
  readonly jobs: Readonly<
    Record<string, { readonly env?: Environment; readonly steps?: readonly Step[] }>
  >;
};

/** One block that was run. */
export type RanStep = {
  readonly step: string;
  readonly status: number;
  readonly output: string;
};

/** What came of a job. */
export type RanJob = {
  readonly steps: readonly RanStep[];
  /** By name of the step and of the output: `image.reference`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the job wrote for the run's page. */
  readonly summary: string;
};

/** What a runner would know. */
export type JobOptions = {
  readonly workflow: string;
  readonly job: string;
  readonly cwd: string;
  /** Values of expressions by their text: `inputs.tag`. One that is missing is an error. */
  readonly values: Environment;
  /** On top of everything: addresses on this machine, GitHub's own variables, PATH. */
  readonly env: Environment;
};

/** Runs the job until a block fails; blocks with `if: always()` run all the same, and those with `failure()` only then. */
export async function runJob(options: JobOptions): Promise<RanJob> {
  const file = join(root, '.github/workflows', options.workflow);
  const { env: shared = {}, jobs } = parse(readFileSync(file, 'utf8')) as Workflow;
  const { env: own = {}, steps = [] } = jobs[options.job] ?? {};
  const folder = await mkdtemp(join(tmpdir(), 'workflow-'));
  const summaryFile = join(folder, 'summary');
  writeFileSync(summaryFile, '');
  const outputs: Record<string, string> = {};
  const ran: RanStep[] = [];
  for (const [index, step] of steps.entries()) {
    const failed = ran.some(({ status }) => status !== 0);
    if (step.run === undefined || !isDue(step, failed)) continue;
    const outputFile = join(folder, `output-${index}`);
    writeFileSync(outputFile, '');
    const env = {
      ...filledIn({ ...shared, ...own, ...step.env }, { ...options.values, ...outputs }),
      ...options.env,
      GITHUB_OUTPUT: outputFile,
      GITHUB_STEP_SUMMARY: summaryFile,
    };
    const shell = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run];
    const { cwd } = options;
    ran.push({ step: step.name ?? step.run, ...(await runBash(shell, { cwd, env })) });
    for (const line of readFileSync(outputFile, 'utf8').split('\n').filter(Boolean)) {
      const equals = line.indexOf('=');
      outputs[`steps.${step.id ?? ''}.outputs.${line.slice(0, equals)}`] = line.slice(equals + 1);
    }
  }
  const summary = readFileSync(summaryFile, 'utf8');
  await rm(folder, { recursive: true });
  return { steps: ran, outputs, summary };
}

function isDue({ if: condition }: Step, failed: boolean): boolean {
  return condition === 'always()' || (condition === 'failure()') === failed;
}

function filledIn(env: Environment, values: Environment): Environment {
  const entries = Object.entries(env).map(([name, text]) => [
    name,
    text.replaceAll(/\$\{\{ ([^}]+) \}\}/g, (_, expression: string) => {
      const value = values[expression];
      if (value === undefined) throw new Error(`nobody gave ${expression}`);
      return value;
    }),
  ]);
  return Object.fromEntries(entries) as Environment;
}
