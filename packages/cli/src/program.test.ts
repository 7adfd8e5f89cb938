import { expect, test } from 'vitest';
import type { Command } from 'commander';
import { examplesIn } from './example.js';
import { buildProgram } from './program.js';

const program = buildProgram({ json: false });

/** The help as it is printed, examples and all. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

function row(command: Command): string {
  const [example = ''] = examplesIn(helpOf(command));
  const named = `\`ascent ${command.name()}\``;
  return `| ${[named, command.description(), `\`${example}\``].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

test.each(program.commands.map((command) => [command.name(), command] as const))(
  '%s shows an example of itself, answers in JSON, and knows where to look for its plan',
  (name, command) => {
    const help = helpOf(command);
    expect(examplesIn(help)[0]).toContain(`ascent ${name}`);
    expect(help).toMatchSnapshot();
    expect(command.options.map(({ long }) => long)).toContain('--json');
  },
);

// `npx vitest run packages/cli/src/program.test.ts -u` writes it anew.
test('docs/cli.md is the table of the commands', async () => {
  const page = `# The terminal

Every command shows its options and an example with \`ascent help <command>\`, answers with \`--json\` to programs, and ends
with a status from [the catalogue of errors](errors.md). Colours are only there where a person looks: \`NO_COLOR\` takes them
away, \`FORCE_COLOR\` keeps them in a pipe. A platform that does not answer is tried for half a minute; on a
terminal you are told so after two seconds.

\`\`\`sh
ascent init                        # four questions, and a plan with comments
ascent check                       # may this account write, can the metrics be read, what would surprise you
ascent up                          # begin, and stay until it ends
ascent watch                       # look on from another terminal
ascent rollback                    # send everything back, whether or not a controller is alive
ascent report --html rollout.html  # what happened, as one page to send
source <(ascent completion bash)   # or zsh; fish: ascent completion fish | source
\`\`\`

| Command | What it does | Example |
| --- | --- | --- |
${program.commands.map(row).join('\n')}

\`ascent watch\` and \`ascent up\` end with 0 where the candidate was promoted, 4 where it was not, 130 where you left before the
end. \`ascent check\` ends with 0 where all is well, 4 where something would surprise you, and with the status of the error
where something would stop the rollout.

\`ascent serve --plan api.yaml --plan web.yaml\` looks after several services in one process and on one page:
[the rollouts page](../apps/dashboard/README.md#several-services-on-one-page).
`;
  await expect(page).toMatchFileSnapshot('../../../docs/cli.md');
});
