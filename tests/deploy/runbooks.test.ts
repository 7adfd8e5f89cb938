/** Given the runbooks, when their commands are typed one after the other, then every one of them does what it says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '@ascent/demo';
import { runBash, startDeployHouse, type DeployHouse } from './house.js';

type Block = { readonly page: string; readonly line: number; readonly text: string };

const EXCEPTION = /^# Not run by the test: (.{15,})/;

/** Every fenced shell block of a page, in order, without the indentation of the list it stands in. */
function blocksOf(page: string): readonly Block[] {
  const lines = readFileSync(join(root, 'docs', page), 'utf8').split('\n');
  const blocks: Block[] = [];
  let open: { indent: string; line: number; text: string[] } | null = null;
  lines.forEach((line, index) => {
    const fence = /^(\s*)```(\w*)/.exec(line);
    if (open !== null && fence) {
      blocks.push({ page, line: open.line, text: open.text.join('\n') });
      open = null;
    } else if (open !== null) open.text.push(line.slice(open.indent.length));
    else if (fence?.[2] === 'sh') open = { indent: fence[1] ?? '', line: index + 1, text: [] };
  });
  return blocks;
}

const pages = ['deployment.md', 'rollback.md'];
const blocks = pages.flatMap(blocksOf);
const run = blocks.filter(({ text }) => !EXCEPTION.test(text));
const left = blocks.filter(({ text }) => EXCEPTION.test(text));

let house: DeployHouse;
let environment: Record<string, string>;

beforeAll(async () => {
  house = await startDeployHouse();
  environment = {
    IMAGE: await house.image('1.0.0'),
    URL: urlOf('dovvybuddy-backend'),
    STAGING_URL: urlOf('dovvybuddy-backend-staging'),
    STAGES: '2s:10,2s:0',
  };
});

afterAll(async () => {
  await house.dispose();
});

/** The address by path of a service on cloud-run-local: one that curl and everything else can reach. */
function urlOf(service: string): string {
  return `${house.apiUrl}/run/${service}`;
}

async function shell(text: string): Promise<{ status: number; output: string }> {
  const env = { ...environment, npm_config_update_notifier: 'false' };
  return await runBash(['-euo', 'pipefail', '-c', text], { cwd: house.workDir, env });
}

describe('the runbooks', () => {
  test.each(run)(
    '$page, line $line',
    async ({ text }) => {
      const { status, output } = await shell(text);
      expect(status, `${text}\n\n${output}`).toBe(0);
    },
    300_000,
  );

  test('have no block that the test does not see', () => {
    const fences = pages.flatMap((page) => [
      ...readFileSync(join(root, 'docs', page), 'utf8').matchAll(/^\s*```(\w*)/gm),
    ]);
    const kinds = fences.map(([, kind]) => kind).filter((kind) => kind !== '');
    expect(kinds).toEqual(blocks.map(() => 'sh'));
    expect(fences).toHaveLength(2 * blocks.length);
  });

  test('name no command and no option that ascent does not have, also where nothing is run', async () => {
    const named = pages.flatMap((page) => [
      ...readFileSync(join(root, 'docs', page), 'utf8').matchAll(
        /(?:npx |`)ascent ([a-z-]+)([^`\n|]*)/g,
      ),
    ]);
    const options = new Map<string, Set<string>>();
    for (const [, command = '', rest = ''] of named) {
      const known = options.get(command) ?? new Set();
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) known.add(option);
      options.set(command, known);
    }
    expect(options.size).toBeGreaterThan(15);
    for (const [command, wanted] of options) {
      const { status, stdout } = await house.ascent(command, '--help');
      expect(status, command).toBe(0);
      for (const option of wanted) expect(stdout, `ascent ${command}`).toContain(option);
    }
  });

  test('leave out only what is Google’s, GitHub’s or the world’s, and say so', () => {
    for (const { text } of left) {
      expect(text).toMatch(/gcloud|gh workflow|vercel|dig |k6 |bootstrap|ascent retire/);
      expect(EXCEPTION.exec(text)?.[1]).toBeDefined();
    }
    expect(run.length).toBeGreaterThan(2 * left.length - 8);
  });
});
