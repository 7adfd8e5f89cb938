/** `ascent retire` on the command line. What it does is loaded when it is used, so that other commands start fast. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { print } from '../output.js';
import { openSession, type SharedOptions } from '../session.js';

type Options = SharedOptions & {
  readonly spec: string;
  readonly repository: string;
  readonly apply?: boolean;
};

/** Gives `command` (which has the shared options) its own options and its action. */
export function addRetire(command: Command): void {
  command
    .option('--spec <file>', 'what is archived', 'deploy/retire.yaml')
    .option('--repository <dir>', 'the git repository', '.')
    .option('--apply', 'do it; without it nothing is changed')
    .addHelpText(
      'after',
      '\nExample:\n  ascent retire --plan deploy/ascent.yaml --spec deploy/retire.yaml            shows what would be done\n  ascent retire --plan deploy/ascent.yaml --spec deploy/retire.yaml --apply    does it, on branches of its own\n\nIt never pushes, and never touches your checkout.',
    )
    .action(async (options: Options) => {
      const [{ readSpec }, { retire }] = await Promise.all([
        import('./spec.js'),
        import('./retire.js'),
      ]);
      const spec = await readSpec(options.spec);
      const session = await openSession(options);
      const repository = resolve(options.repository);
      const retired = await retire(session, { repository, spec, apply: options.apply === true });
      const head = retired.applied
        ? 'The week was stable. Done, and not pushed:'
        : 'The week was stable. With --apply this would be done, and nothing pushed:';
      const next = retired.applied
        ? `\nLook at it: git show ${retired.branch}\nThen: git push origin ${retired.archive} ${retired.branch}`
        : '';
      print(
        `${head}\n${retired.steps.map((step) => `  ${step}`).join('\n')}${next}`,
        retired,
        session,
      );
    });
}
