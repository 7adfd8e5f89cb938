/* eslint-disable import-x/no-relative-packages -- the page exports nothing; its tests' browser is used here, too */
/**
 * Given `npm start` as a user runs it, when a person opens the page it prints in a real browser, then they see the good
 * revision promoted and the bad one sent back, are refused with a wrong token, can pause, approve and send back by
 * hand, and do not lose the page with the controller. `ASCENT_PICTURES` names a folder for pictures of each state.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy, root, SERVICE, startCrowd, type Crowd, type Template } from '@ascent/demo';
import { createPrng } from '@ascent/stats';
import {
  openBrowser,
  picture,
  violations,
  visit,
  type Visit,
} from '../../apps/dashboard/test/browser.js';
import { ascent, readService } from './house.js';

const wholeRunMs = 300_000;

let demo: ChildProcess;
let ended: Promise<unknown>;
let workDir: string;
let crowd: Crowd | null = null;
let browser: Browser;
let seen: Visit;
let page: Page;
let said = '';
let pageUrl: string;
let token: string;

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'ascent-e2e-page-'));
  demo = spawn(process.execPath, [join(root, 'apps/demo/dist/start.js')], {
    // On a CI machine, too, what is piped has no colours.
    env: { ...process.env, CI: 'true', ASCENT_DEMO_DIR: workDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  ended = once(demo, 'exit');
  for (const stream of [demo.stdout, demo.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      demo.emit('said');
    });
  browser = await openBrowser();
  [pageUrl = '', token = ''] = await says(
    /The controller watches it: (\S+) \(to act there, sign in with (\S+)\)/,
  );
  seen = await visit(browser, pageUrl);
  page = seen.page;
  page.setDefaultTimeout(120_000);
}, wholeRunMs);

afterAll(async () => {
  await browser.close();
  await crowd?.leave();
  demo.kill('SIGKILL');
  await rm(workDir, { recursive: true, force: true });
});

/** What the script says, once it says it. @throws Error where it ends before. */
async function says(pattern: RegExp): Promise<readonly string[]> {
  for (;;) {
    const found = pattern.exec(said);
    if (found !== null) return found.slice(1);
    if (demo.exitCode !== null) throw new Error(`npm start has ended:\n${said}`);
    await Promise.race([once(demo, 'said'), ended]);
  }
}

async function signIn(with_: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByLabel('Your name').fill('Dana Deep');
  await page.getByLabel('Token').fill(with_);
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
}

/** Presses a button, and the same in the dialog that asks. */
async function pressAndConfirm(name: string | RegExp, confirm = name): Promise<void> {
  await page.getByRole('group', { name: 'What you can do' }).getByRole('button', { name }).click();
  await page.getByRole('dialog').getByRole('button', { name: confirm }).click();
}

test('signing in with a wrong token is refused, and nothing can be pressed', async () => {
  await page.locator('.moment h1').waitFor();
  await signIn('guessed');
  await page.getByText('That is not the token of this controller.').waitFor();
  await picture(page, 'real-sign-in-refused');
  expect(await page.getByRole('group', { name: 'What you can do' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Cancel' }).click();
});

test(
  'the good revision is paused and resumed from the page, and promoted',
  async () => {
    await signIn(token);
    await page.getByRole('heading', { name: /00002-\w+ .* 10 %/ }).waitFor();
    await pressAndConfirm('Pause');
    await page.getByRole('heading', { name: /Dana Deep paused the rollout/ }).waitFor();
    await picture(page, 'real-paused');
    expect(await violations(page)).toEqual([]);
    await pressAndConfirm('Resume');
    await page
      .getByRole('heading', { name: /00002-\w+ is the stable revision and serves everything/ })
      .waitFor();
    await picture(page, 'real-promoted');
    expect(await violations(page)).toEqual([]);
  },
  wholeRunMs,
);

test(
  'the bad revision is sent back before the eyes of whoever looks on, with what it logged',
  async () => {
    await page.getByRole('heading', { name: /00003-\w+ was rolled back/ }).waitFor();
    await page.getByText('DATABASE_BUSY').first().waitFor();
    await picture(page, 'real-rolled-back');
    expect(await violations(page)).toEqual([]);
  },
  wholeRunMs,
);

/** Processes of this run whose command line has `word`. */
async function pidsOf(word: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids
    .filter((_, index) => {
      const words = lines[index]?.split('\0') ?? [];
      return (
        words[0] === process.execPath &&
        words.includes(word) &&
        words.some((one) => one.startsWith(workDir))
      );
    })
    .map(Number);
}

test(
  'the page outlives its controller, and what the plan says since then counts',
  async () => {
    await says(/Still up/);
    const planFile = join(workDir, 'ascent.yaml');
    const plan = await readFile(planFile, 'utf8');
    const half = 'share: 50, hold: 6s to 30s';
    expect(plan).toContain(half);
    await writeFile(planFile, plan.replace(half, `${half}, approval: required`));
    const [pid, ...others] = await pidsOf('serve');
    expect(others).toEqual([]);
    process.kill(pid ?? 0, 'SIGKILL');
    await page.getByText('The controller is not heard.').waitFor();
    await picture(page, 'real-not-connected');
    await says(/The controller ended .* It is started again/);
    await page.locator('.link-live').waitFor();
  },
  wholeRunMs,
);

test(
  'the next release is approved and then sent back with one press and a confirmation',
  async () => {
    const [apiUrl = ''] = await says(/emulator (\S+)/);
    const [stableUrl = ''] = await says(/Revision 1 serves: \S+ at (\S+)/);
    const target = { apiUrl, project: 'local', service: SERVICE };
    crowd = startCrowd({
      origin: apiUrl,
      host: new URL(stableUrl).host,
      conversationsPerSecond: 10,
      thinkMs: 300,
      conversations: [['What is PADI Open Water?', 'How deep may I go with it?']],
      random: createPrng(7).uniform,
    });
    const { record } = await readService({ target });
    const good = await templateOf(apiUrl, record?.stable ?? '');
    await deploy(target, { ...good, env: { ...good.env, RELEASE: 'by-page' } });
    // The token is the same, so the person still is who they were.
    await page.getByRole('heading', { name: /waits for your approval of 50 %/ }).waitFor();
    await picture(page, 'real-your-turn');
    expect(await violations(page)).toEqual([]);
    await pressAndConfirm('Approve 50 %');
    await page.getByRole('heading', { name: /00004-\w+ .* 50 %/ }).waitFor();
    await pressAndConfirm('Roll back', 'Roll back now');
    await page.getByRole('heading', { name: 'It is rolled back. Why?' }).waitFor();
    const after = await readService({ target });
    expect(after.record?.rollout?.status.type).toBe('rolledBack');
    expect(after.record?.rollout?.approvals).toMatchObject([{ stage: 'half', by: 'Dana Deep' }]);
    expect(after.shares).toEqual({ [record?.stable ?? '']: 100 });
    await page.getByRole('textbox', { name: 'Why' }).fill('nobody wanted it');
    await page.getByRole('button', { name: 'Write it down' }).click();
    await page.getByRole('heading', { name: /00004-\w+ was rolled back/ }).waitFor();
    await picture(page, 'real-sent-back');
    expect(seen.requests.filter((url) => !url.startsWith(pageUrl))).toEqual([]);
  },
  wholeRunMs,
);

/** The template of a revision that runs already. */
async function templateOf(apiUrl: string, revision: string): Promise<Template> {
  const url = `${apiUrl}/apis/serving.knative.dev/v1/namespaces/local/revisions/${revision}`;
  const { spec } = (await (await fetch(url)).json()) as {
    readonly spec: {
      readonly containers: readonly {
        readonly image: string;
        readonly env?: readonly { readonly name: string; readonly value: string }[];
      }[];
    };
  };
  const [container] = spec.containers;
  if (container === undefined) throw new Error(`${revision} has no container`);
  const env = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
  return { image: container.image, env };
}

test('the report of it is one file with its charts, and asks nothing of anybody', async () => {
  const file = join(workDir, 'report.html');
  const stack = { planFile: join(workDir, 'ascent.yaml'), workDir };
  expect((await ascent(stack, 'report', '--html', file)).status).toBe(0);
  const report = await visit(browser, pathToFileURL(file).href);
  // The share, and the requests, failures and latencies of both revisions.
  expect(await report.page.locator('svg').count()).toBe(4);
  expect(await report.page.locator('h1').innerText()).toContain('over');
  expect(await report.page.getByText('Dana Deep approved stage half').count()).toBe(1);
  await picture(report.page, 'real-report');
  expect(await violations(report.page)).toEqual([]);
  expect(report.requests).toEqual([pathToFileURL(file).href]);
  expect(report.complaints).toEqual([]);
  await report.close();
});

test('Ctrl-C ends all of it', async () => {
  await crowd?.leave();
  crowd = null;
  demo.kill('SIGINT');
  await ended;
  expect(demo.exitCode, said).toBe(0);
  expect(await pidsOf('serve')).toEqual([]);
}, 60_000);
