/** Goes through the steps in order: shows, or makes. */
import type { Step } from './step.js';

/** What came of the run. */
export type Summary = {
  readonly present: number;
  readonly changes: number;
  /** What only a person can do. */
  readonly todos: readonly string[];
};

/** How to run. */
export type RunOptions = { readonly apply: boolean; readonly say: (line: string) => void };

/** Inspects every step and, with `apply`, makes what is missing before the next one is looked at. */
export async function run(steps: readonly Step[], { apply, say }: RunOptions): Promise<Summary> {
  let present = 0;
  let changes = 0;
  const todos: string[] = [];
  for (const { name, inspect } of steps) {
    const finding = await inspect();
    switch (finding.type) {
      case 'present':
        present += 1;
        say(`  is there   ${name}`);
        break;
      case 'person':
        todos.push(finding.todo);
        say(`  for you    ${name}`);
        break;
      case 'change':
        changes += 1;
        if (apply) await finding.apply();
        say(`  ${apply ? 'done      ' : 'would do  '} ${name}: ${finding.detail}`);
        break;
    }
  }
  return { present, changes, todos };
}
