/**
 * Takes jobs out of a GitHub workflow. Lines are cut out of the text, so that what stays is as its author wrote it, comments
 * and brackets and all. Pure.
 */
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/** The workflow without `jobs`, or why it cannot be. */
export type WorkflowEdit =
  | { readonly type: 'edited'; readonly text: string; readonly isEmpty: boolean }
  | { readonly type: 'refused'; readonly reason: string };

/** Removes `jobs` and every `needs` of them. A workflow without jobs is not one, so it is reported as empty. */
export function withoutJobs(text: string, jobs: readonly string[]): WorkflowEdit {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const all = document.get('jobs');
  if (document.errors.length > 0 || !isMap(all)) return refused('it is no workflow');
  const missing = jobs.filter((job) => !all.has(job));
  if (missing.length > 0) return refused(`it has no job ${missing.join(', ')}`);
  if (all.flow === true) return refused('its jobs stand in one line; take them out by hand');
  const lines: Lines = text.split('\n');
  for (const item of all.items) {
    if (jobs.includes(nameOf(item))) cutBlock(lines, lineOf(item, lineCounter));
    else if (isMap(item.value)) dropNeeds(lines, item.value, { jobs, lineCounter });
  }
  const left = lines.filter((line) => line !== null).join('\n');
  const asked = jobs.filter((job) => asksFor(left, job));
  if (asked.length > 0)
    return refused(
      `something that stays asks for needs.${asked.join(', needs.')}; take it out by hand`,
    );
  return { type: 'edited', text: left, isEmpty: all.items.length === jobs.length };
}

/** True where an expression still reads a job's result or outputs, in either of the two ways to write it. */
function asksFor(text: string, job: string): boolean {
  const name = job.replace(/[^\w-]/g, '\\$&');
  return new RegExp(`\\bneeds(?:\\.${name}(?![\\w-])|\\[\\s*['"]${name}['"])`).test(text);
}

function refused(reason: string): WorkflowEdit {
  return { type: 'refused', reason };
}

function nameOf({ key }: Pick<Pair, 'key'>): string {
  return isScalar(key) ? String(key.value) : '';
}

/** The line on which a key stands, counted from 0. */
function lineOf({ key }: Pair, counter: LineCounter): number {
  return counter.linePos(isScalar(key) ? (key.range?.[0] ?? 0) : 0).line - 1;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

type Lines = (string | null)[];

function isBlank(lines: Lines, at: number): boolean {
  return lines[at]?.trim() === '';
}

/** Cuts a key with everything below it, the comment right above it, and one of the blank lines around it. */
function cutBlock(lines: Lines, at: number): void {
  const indent = indentOf(lines[at] ?? '');
  let end = endOfBlock(lines, at + 1, indent);
  const ownComment = `${' '.repeat(indent)}#`;
  let from = at;
  while (lines[from - 1]?.startsWith(ownComment) === true) from -= 1;
  if (isBlank(lines, from - 1) && isBlank(lines, end)) end += 1;
  lines.fill(null, from, end);
}

/** The line after the last one that is deeper than `indent`; blank lines at the end part what stays. */
function endOfBlock(lines: Lines, from: number, indent: number): number {
  let end = from;
  for (let at = from; at < lines.length; at += 1) {
    if (isBlank(lines, at)) continue;
    if (indentOf(lines[at] ?? '') <= indent) break;
    end = at + 1;
  }
  return end;
}

function dropNeeds(
  lines: Lines,
  job: YAMLMap,
  { jobs, lineCounter }: { readonly jobs: readonly string[]; readonly lineCounter: LineCounter },
): void {
  const item = job.items.find((each) => nameOf(each) === 'needs');
  if (item === undefined) return;
  const { value } = item;
  const names = isSeq(value) ? (value.toJSON() as string[]) : [nameOf({ key: value })];
  const left = names.filter((name) => !jobs.includes(name));
  if (left.length === names.length) return;
  const at = lineOf(item, lineCounter);
  const line = lines[at] ?? '';
  // A list over several lines becomes one of one line.
  lines.fill(null, at, isSeq(value) ? lineAfter(value, lineCounter) : at + 1);
  const comment = /\s#.*$/.exec(line)?.[0] ?? '';
  const head = line.slice(0, indentOf(line));
  if (left.length > 0) lines[at] = `${head}needs: [${left.join(', ')}]${comment}`;
}

/** The line after a list, counted from 0. The list ends on its last line, or at the beginning of the next one. */
function lineAfter({ range }: YAMLSeq, counter: LineCounter): number {
  const { line, col } = counter.linePos(range?.[1] ?? 0);
  return col === 1 ? line - 1 : line;
}
