/** `ascent completion`: prints a script for a shell. */
import { Argument, type Command } from 'commander';
import { showExamples } from '../example.js';
import { print } from '../output.js';
import { completionScript, shells, type Shell } from './scripts.js';

/** Adds the command to `program`, whose commands it completes. */
export function addCompletion(program: Command): void {
  const command = program
    .command('completion')
    .description('complete commands and options with the Tab key')
    .addArgument(new Argument('<shell>', 'which shell').choices([...shells]))
    .option('--json', 'answer in JSON')
    .exitOverride();
  showExamples(command, [
    'source <(ascent completion bash)',
    'source <(ascent completion zsh)',
    'ascent completion fish | source',
  ]).action((shell: Shell, options: { readonly json?: boolean }) => {
    const script = completionScript(shell, program);
    print(script, { shell, script }, options);
  });
}
