/** `ascent report` on the command line. What it does is loaded when it is used, so that other commands start fast. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { AscentError } from '@ascent/core';
import { showExamples } from '../example.js';
import { note, print } from '../output.js';
import { openSession, type SharedOptions } from '../session.js';

type Options = SharedOptions & { readonly html?: string };

/** Gives `command` (which has the shared options) its argument, its option and its action. */
export function addReport(command: Command): void {
  command
    .argument('[rollout]', "the rollout's id in the journal (default: the service's own)")
    .option('--html <file>', 'write one page with charts instead, which needs nothing else');
  showExamples(
    command,
    ['ascent report > rollout.md', 'ascent report --html rollout.html'],
    'A past rollout is named by its id; an unknown one lists those there are.',
  ).action(run);
}

async function run(id: string | undefined, options: Options): Promise<void> {
  const [{ gatherReport }, { reportText }, { reportPage }] = await Promise.all([
    import('./report.js'),
    import('./report-text.js'),
    import('./report-page.js'),
  ]);
  const session = await openSession(options);
  const report = await gatherReport(session, { id: id ?? null, journal: options.journal });
  if (options.html === undefined) {
    print(reportText(report), report, session);
    return;
  }
  await writeFile(options.html, reportPage(report)).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    const message = `--html ${options.html ?? ''} cannot be written: ${why}. Name another file.`;
    throw new AscentError('ASC_USAGE', message);
  });
  if (options.json === true) print('', report, session);
  else note(`Written: ${options.html}`);
}
