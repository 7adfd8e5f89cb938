/** What the end-to-end tests share: a stack in a folder of its own, and the `ascent` command as a user runs it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  backendEnv,
  bundles,
  buildBackendImage,
  startStack,
  type Stack,
  type Template,
} from '@ascent/demo';
import { readRecord, RECORD_ANNOTATION, type RolloutRecord } from '@ascent/core';

/** What a command printed and how it ended. */
export type Ran = { readonly status: number; readonly stdout: string; readonly stderr: string };

/** Runs `ascent` with `args`. Never throws for an exit status. */
export async function ascent(
  stack: Pick<Stack, 'planFile' | 'workDir'>,
  ...args: string[]
): Promise<Ran> {
  return await new Promise((resolve) => {
    const all = [
      bundles.ascent,
      ...args,
      '--plan',
      stack.planFile,
      '--journal',
      join(stack.workDir, 'journal'),
    ];
    execFile(process.execPath, all, (error, stdout, stderr) => {
      resolve({
        status: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
        stdout,
        stderr,
      });
    });
  });
}

/** A stack in a temporary folder; `dispose` ends it and removes the folder. */
export async function freshStack(): Promise<{ stack: Stack; dispose: () => Promise<void> }> {
  const workDir = await mkdtemp(join(tmpdir(), 'ascent-e2e-'));
  const stack = await startStack(workDir);
  return {
    stack,
    dispose: async () => {
      await stack.stop();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

/** Builds the backend's image and makes a template of it. */
export async function backendTemplate(
  { workDir, emulatorDir, databaseUrl }: Stack,
  version: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Template> {
  const image = await buildBackendImage({ version, workDir, dataDir: emulatorDir });
  return {
    image,
    env: { ...backendEnv(databaseUrl), ...env },
  };
}

/** The service as the Admin API gives it: its version, the record beside it, and the traffic asked for. */
export async function readService({ target }: Pick<Stack, 'target'>): Promise<{
  readonly resourceVersion: string;
  readonly record: RolloutRecord | null;
  readonly shares: Readonly<Record<string, number>>;
}> {
  const url = `${target.apiUrl}/apis/serving.knative.dev/v1/namespaces/${target.project}/services/${target.service}`;
  const response = await fetch(url);
  const service = (await response.json()) as {
    metadata: { resourceVersion: string; annotations?: Record<string, string> };
    spec: { traffic: { revisionName?: string; percent?: number }[] };
  };
  const text = service.metadata.annotations?.[RECORD_ANNOTATION];
  const shares: Record<string, number> = {};
  for (const { revisionName = 'LATEST', percent = 0 } of service.spec.traffic) {
    if (percent > 0) shares[revisionName] = (shares[revisionName] ?? 0) + percent;
  }
  return {
    resourceVersion: service.metadata.resourceVersion,
    record: text === undefined ? null : readRecord(text),
    shares,
  };
}

/** The lines of the journal, one decision each. */
export async function journalText({ workDir }: Stack): Promise<string> {
  return await readFile(join(workDir, 'journal/decisions.jsonl'), 'utf8');
}
