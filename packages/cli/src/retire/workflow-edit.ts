/** Takes jobs out of a GitHub workflow and leaves its comments and its order. Pure. */
import { isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';

/** The workflow without `jobs`, or why it cannot be. */
export type WorkflowEdit =
  | { readonly type: 'edited'; readonly text: string; readonly isEmpty: boolean }
  | { readonly type: 'refused'; readonly reason: string };

/** Removes `jobs` and every `needs` of them. A workflow without jobs is not one, so it is reported as empty. */
export function withoutJobs(text: string, jobs: readonly string[]): WorkflowEdit {
  const document = parseDocument(text);
  const all = document.get('jobs');
  if (document.errors.length > 0 || !isMap(all))
    return { type: 'refused', reason: 'it is no workflow' };
  const missing = jobs.filter((job) => !all.has(job));
  if (missing.length > 0) return { type: 'refused', reason: `it has no job ${missing.join(', ')}` };
  for (const job of jobs) all.delete(job);
  for (const { key } of all.items) {
    if (isScalar(key)) dropNeeds(document, String(key.value), jobs);
  }
  return {
    type: 'edited',
    text: document.toString({ lineWidth: 0 }),
    isEmpty: all.items.length === 0,
  };
}

function dropNeeds(document: Document, job: string, gone: readonly string[]): void {
  const path = ['jobs', job, 'needs'];
  const needs = document.getIn(path);
  if (typeof needs === 'string' && gone.includes(needs)) document.deleteIn(path);
  if (!isSeq(needs)) return;
  const left = (needs.toJSON() as string[]).filter((name) => !gone.includes(name));
  if (left.length === 0) document.deleteIn(path);
  else document.setIn(path, left);
}
