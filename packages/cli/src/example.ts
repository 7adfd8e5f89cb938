/** How a command's help ends: an example to copy, and whatever else must be known. One form, so that `docs/cli.md` can quote it. */
import type { Command } from 'commander';

/** Adds the examples (each a whole command line) and, below them, `more`. */
export function showExamples(command: Command, examples: readonly string[], more = ''): Command {
  const head = examples.length === 1 ? 'Example' : 'Examples';
  const lines = examples.map((example) => `  ${example}`).join('\n');
  return command.addHelpText('after', `\n${head}:\n${lines}${more === '' ? '' : `\n\n${more}`}`);
}

/** The examples in a help text, as written, without the words that may stand behind one. */
export function examplesIn(help: string): readonly string[] {
  const [, block = ''] = /\nExamples?:\n((?: {2}.*\n?)+)/.exec(help) ?? [];
  return block
    .split('\n')
    .map((line) => line.trim().replace(/ {2,}.*/, ''))
    .filter((line) => line !== '');
}
