/** `docs/cost.md` says what `ascent cost` says, and the command ends as it should. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundles, root } from '@ascent/demo';
import { runNode, type Ran } from './house.js';

async function cost(...args: string[]): Promise<Ran> {
  const files = ['--plan', 'deploy/ascent.yaml', '--manifest', 'deploy/cloud-run-production.yaml'];
  return await runNode(root, [bundles.ascent, 'cost', ...files, ...args]);
}

const expected = ['--requests', '100000', '--latency', '3s'];

describe('cost within budget', () => {
  test('the forecast stays below $100 a month and a cent a request, and the page shows it', async () => {
    const ran = await cost(...expected);
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    const page = await readFile(join(root, 'docs/cost.md'), 'utf8');
    const amounts = [...ran.stdout.matchAll(/\$(\d+\.\d\d)\b(?! of)/g)].map(
      ([, amount]) => amount ?? '',
    );
    for (const amount of amounts.slice(0, 6)) expect(page).toContain(`$${amount}`);
    const total = /budget: \$(\d+\.\d\d)/.exec(ran.stdout)?.[1] ?? 'no total';
    expect(page).toContain(`**$${total}**`);
    expect(page).toContain(/last confirmed (\S+)\./.exec(ran.stdout)?.[1] ?? 'no date');
  });

  test('above the budget it ends with 4, and so it does above the price of a request', async () => {
    expect((await cost(...expected, '--budget', '20')).status).toBe(4);
    expect((await cost(...expected, '--per-request', '0.0001')).status).toBe(4);
    expect((await cost(...expected, '--other', '90')).stdout).toContain('ABOVE the budget');
  });

  test.each([
    [['--requests', '100'], '--latency'],
    [['--requests', 'many', '--latency', '1s'], 'Write a number'],
    [[...expected, '--manifest', 'deploy/none.yaml'], 'deploy/none.yaml'],
  ])('%s is refused with status 2', async (args, said) => {
    const ran = await cost(...args);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(said);
  });
});
