/** `ascent retire`: archives what a promoted release has replaced, once its week was stable. Shows first; never pushes. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AscentError, type Fault } from '@ascent/core';
import type { Session } from '../session.js';
import { git, gitHolds, onNewBranch, trackedFiles } from './repository.js';
import type { RetireSpec } from './spec.js';
import { objections, promotionOf } from './stability.js';
import { withoutJobs } from './workflow-edit.js';

/** What is retired from where. */
export type RetireOptions = {
  readonly repository: string;
  readonly spec: RetireSpec;
  readonly apply: boolean;
};

/** What was or would be done. */
export type Retired = {
  readonly applied: boolean;
  readonly archive: string;
  readonly branch: string;
  readonly files: readonly string[];
  readonly steps: readonly string[];
};

type Edit = { readonly file: string; readonly text: string | null; readonly what: string };

/** Checks everything, then shows or does it. @throws AscentError `ASC_RETIRE_REFUSED` naming every objection. */
export async function retire(session: Session, options: RetireOptions): Promise<Retired> {
  const { repository, spec, apply } = options;
  const [week, files, edits, state] = await Promise.all([
    weekObjections(session),
    filesToRemove(repository, spec),
    plannedEdits(repository, spec),
    repositoryObjections(repository, spec),
  ]);
  const faults = [...week, ...state, ...files.objections, ...edits.objections];
  if (faults.length > 0) throw refusal(faults);
  const steps = [
    `branch ${spec.archive} at the present commit: everything as it is, for ever`,
    `branch ${spec.branch}, and on it in one commit:`,
    `  remove ${files.names.length} files: ${spec.remove.join(', ')}`,
    ...(spec.keep.length > 0 ? [`  keep ${spec.keep.join(', ')}`] : []),
    ...edits.list.map(({ what }) => `  ${what}`),
  ];
  if (apply) await carryOut(options, files.names, edits.list);
  return { applied: apply, archive: spec.archive, branch: spec.branch, files: files.names, steps };
}

function refusal(objectionsFound: readonly string[]): AscentError {
  const faults: Fault[] = objectionsFound.map((message) => ({ path: '', message }));
  const text = objectionsFound.map((line) => `  - ${line}`).join('\n');
  return new AscentError('ASC_RETIRE_REFUSED', `Nothing was archived:\n${text}`, faults);
}

async function weekObjections({ world }: Session): Promise<readonly string[]> {
  const { look } = await import('@ascent/controller');
  const { record, view } = await look(world);
  const promotion = promotionOf(record);
  if (typeof promotion === 'string') return [promotion];
  const nowMs = world.now();
  const metrics = await world.metrics.read({
    service: view.service,
    revisions: [promotion.revision],
    afterMs: promotion.atMs,
    nowMs,
  });
  const served = view.served.filter(({ percent }) => percent > 0);
  const serving = served.length === 1 ? (served[0]?.revision ?? null) : null;
  return objections({ record, metrics, serving, nowMs });
}

async function repositoryObjections(dir: string, spec: RetireSpec): Promise<readonly string[]> {
  if (!(await gitHolds(dir, 'rev-parse', '--verify', 'HEAD'))) {
    return [`${dir} is no git repository with a commit; name one with --repository`];
  }
  const above = await git(dir, 'rev-parse', '--show-cdup').catch(() => 'no work tree');
  if (above.trim() !== '') {
    return [`${dir} is not the top of a repository's work tree; name that with --repository`];
  }
  const said: string[] = [];
  if ((await git(dir, 'status', '--porcelain')).trim() !== '') {
    said.push(
      'there are changes that are not committed; commit them, so that the archive has them',
    );
  }
  if (spec.archive === spec.branch) said.push(`archive and branch are both ${spec.branch}`);
  for (const name of [spec.archive, spec.branch]) {
    if (await gitHolds(dir, 'show-ref', '--verify', '--quiet', `refs/heads/${name}`)) {
      said.push(`the branch ${name} is there already; it is never overwritten`);
    } else if (!(await isFree(dir, name))) {
      said.push(`git takes no branch ${name}, by its form or beside the branches that are there`);
    }
  }
  return said;
}

/** True where git would make the branch: its name is one, and no other branch is a folder of it or in it. */
async function isFree(dir: string, name: string): Promise<boolean> {
  if (!(await gitHolds(dir, 'check-ref-format', '--branch', name))) return false;
  const parts = name.split('/');
  const folders = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
  const taken = await Promise.all(
    folders.map((folder) =>
      gitHolds(dir, 'show-ref', '--verify', '--quiet', `refs/heads/${folder}`),
    ),
  );
  const within = await git(dir, 'for-each-ref', `refs/heads/${name}/`);
  return !taken.includes(true) && within === '';
}

async function filesToRemove(
  dir: string,
  { remove, keep }: RetireSpec,
): Promise<{ readonly names: readonly string[]; readonly objections: readonly string[] }> {
  const said: string[] = [];
  const names = new Set<string>();
  for (const path of remove) {
    const found = await trackedFiles(dir, path).catch(() => []);
    if (found.length === 0) said.push(`remove: nothing is tracked at ${path}`);
    for (const name of found) names.add(name);
  }
  // A mistyped path would keep nothing.
  for (const path of keep) {
    const found = await trackedFiles(dir, path).catch(() => []);
    if (found.length === 0) said.push(`keep: nothing is tracked at ${path}`);
    for (const name of found) names.delete(name);
  }
  if (names.size === 0) said.push('remove: nothing is left to remove');
  return { names: [...names].sort(), objections: said };
}

async function plannedEdits(
  dir: string,
  { ciJobs, readme, what, archive }: RetireSpec,
): Promise<{ readonly list: readonly Edit[]; readonly objections: readonly string[] }> {
  const list: Edit[] = [];
  const said: string[] = [];
  for (const { workflow, jobs } of ciJobs) {
    const text = await readFile(join(dir, workflow), 'utf8').catch(() => '');
    const edit = withoutJobs(text, jobs);
    if (edit.type === 'refused') said.push(`${workflow}: ${edit.reason}`);
    else if (edit.isEmpty)
      list.push({ file: workflow, text: null, what: `remove ${workflow}, which has no other job` });
    else
      list.push({
        file: workflow,
        text: edit.text,
        what: `drop the job ${jobs.join(', ')} from ${workflow}`,
      });
  }
  const present = await readFile(join(dir, readme.file), 'utf8').catch(() => null);
  if (present === null) said.push(`${readme.file} is not there`);
  const notes = `\n## Archived: ${what}\n\n${readme.notes.trim()}\n\nThe code as it last was: branch \`${archive}\`.\n`;
  list.push({
    file: readme.file,
    text: `${(present ?? '').trimEnd()}\n${notes}`,
    what: `write the notes into ${readme.file}`,
  });
  return { list, objections: said };
}

/** The archive first: there is never a removal without it, and a removal that fails leaves neither. */
async function carryOut(
  options: RetireOptions,
  names: readonly string[],
  edits: readonly Edit[],
): Promise<void> {
  const { repository, spec } = options;
  await git(repository, 'branch', spec.archive, 'HEAD');
  try {
    await removeOnBranch(options, names, edits);
  } catch (error) {
    await git(repository, 'branch', '-D', spec.archive);
    throw error;
  }
}

async function removeOnBranch(
  { repository, spec }: RetireOptions,
  names: readonly string[],
  edits: readonly Edit[],
): Promise<void> {
  await onNewBranch(repository, spec.branch, async (worktree) => {
    await git(worktree, 'rm', '--quiet', '--', ...names);
    for (const { file, text } of edits) {
      if (text === null) await git(worktree, 'rm', '--quiet', '--', file);
      else await writeFile(join(worktree, file), text);
    }
    await git(
      worktree,
      'add',
      '--',
      ...edits.filter(({ text }) => text !== null).map(({ file }) => file),
    );
    const message = `Archive ${spec.what}\n\nEverything as it was is on the branch ${spec.archive}.`;
    await git(worktree, 'commit', '--quiet', '-m', message);
  });
}
