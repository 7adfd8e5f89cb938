/* eslint-disable import-x/no-relative-packages -- the page exports nothing; its tests' browser is used here, too */
/**
 * Given a stack of real processes under a crowd, when a person opens the page in a real browser, then they can pause,
 * approve, see a promotion, send a release back, are refused with a wrong token, and do not lose the page with the controller.
 * `ASCENT_PICTURES` names a folder for pictures of each state.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  deploy,
  startCrowd,
  waitUntilReady,
  type Crowd,
  type Stack,
  type Template,
} from '@ascent/demo';
import { createPrng } from '@ascent/stats';
import {
  openBrowser,
  picture,
  violations,
  visit,
  type Visit,
} from '../../apps/dashboard/test/browser.js';
import { ascent, backendTemplate, freshStack, readService } from './house.js';

const wholeRolloutMs = 240_000;

let stack: Stack;
let dispose: () => Promise<void>;
let template: Template;
let crowd: Crowd;
let browser: Browser;
let seen: Visit;
let page: Page;
let controller: Awaited<ReturnType<Stack['startController']>>;

beforeAll(async () => {
  ({ stack, dispose } = await freshStack());
  const plan = await readFile(stack.planFile, 'utf8');
  await writeFile(
    stack.planFile,
    plan.replace('share: 50, hold: 6s to 30s', 'share: 50, hold: 6s to 30s, approval: required'),
  );
  template = await backendTemplate(stack, '1.0.0');
  const stable = await deploy(stack.target, template);
  const url = await waitUntilReady(stack.target, stable);
  expect((await ascent(stack, 'tick')).status).toBe(0);
  crowd = startCrowd({
    origin: stack.target.apiUrl,
    host: new URL(url).host,
    conversationsPerSecond: 10,
    thinkMs: 300,
    conversations: [['What is PADI Open Water?', 'How deep may I go with it?', 'And after that?']],
    random: createPrng(7).uniform,
  });
  controller = await stack.startController(500);
  browser = await openBrowser();
  seen = await visit(browser, controller.url);
  page = seen.page;
  page.setDefaultTimeout(120_000);
});

afterAll(async () => {
  await browser.close();
  await crowd.leave();
  await dispose();
});

async function nextRevision(name: string): Promise<string> {
  return await deploy(stack.target, { ...template, env: { ...template.env, RELEASE: name } });
}

async function signIn(token: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).first().click();
  await page.getByLabel('Your name').fill('Dana Deep');
  await page.getByLabel('Token').fill(token);
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
}

/** Presses a button, and the same in the dialog that asks. */
async function pressAndConfirm(name: string | RegExp, confirm = name): Promise<void> {
  await page.getByRole('group', { name: 'What you can do' }).getByRole('button', { name }).click();
  await page.getByRole('dialog').getByRole('button', { name: confirm }).click();
}

async function status(): Promise<string | undefined> {
  return (await readService(stack)).record?.rollout?.status.type;
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
  'a release is paused, resumed, approved and promoted from the page',
  async () => {
    const candidate = await nextRevision('by-page');
    await page.locator('.moment h1').waitFor();
    await signIn(stack.token);
    await page
      .getByText(/serves 10 %|at 10 %/)
      .first()
      .waitFor();
    await pressAndConfirm('Pause');
    await page.getByRole('heading', { name: /Dana Deep paused the rollout/ }).waitFor();
    expect(await status()).toBe('paused');
    await picture(page, 'real-paused');
    expect(await violations(page)).toEqual([]);
    await pressAndConfirm('Resume');
    await page.getByRole('heading', { name: /waits for your approval of 50 %/ }).waitFor();
    await page.getByText(/candidate · \d+ instance/).waitFor();
    await picture(page, 'real-your-turn');
    await pressAndConfirm('Approve 50 %');
    await page
      .getByRole('heading', { name: /is the stable revision and serves everything/ })
      .waitFor();
    await picture(page, 'real-promoted');
    expect(await violations(page)).toEqual([]);
    const { record, shares } = await readService(stack);
    expect(record?.rollout?.approvals).toMatchObject([{ stage: 'half', by: 'Dana Deep' }]);
    expect(shares).toEqual({ [candidate]: 100 });
  },
  wholeRolloutMs,
);

test('the report of it is one file with its charts, and asks nothing of anybody', async () => {
  const file = join(stack.workDir, 'report.html');
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

test(
  'the page outlives its controller, and sends a release back with one press and a confirmation',
  async () => {
    const { record } = await readService(stack);
    await nextRevision('unwanted');
    await page
      .getByText(/serves 10 %|at 10 %/)
      .first()
      .waitFor();
    controller.kill('SIGKILL');
    await page.getByText('The controller is not heard.').waitFor();
    await picture(page, 'real-not-connected');
    controller = await stack.startController(500, Number(new URL(controller.url).port));
    await page.locator('.link-live').waitFor();
    // The token is the same, so the person still is.
    await pressAndConfirm('Roll back', 'Roll back now');
    await page.getByRole('heading', { name: 'It is rolled back. Why?' }).waitFor();
    expect(await status()).toBe('rolledBack');
    expect((await readService(stack)).shares).toEqual({ [record?.stable ?? '']: 100 });
    await page.getByRole('textbox', { name: 'Why' }).fill('nobody wanted it');
    await page.getByRole('button', { name: 'Write it down' }).click();
    await page.getByRole('heading', { name: /was rolled back/ }).waitFor();
    await picture(page, 'real-rolled-back');
    expect(await violations(page)).toEqual([]);
    expect(seen.requests.filter((url) => !url.startsWith(controller.url))).toEqual([]);
  },
  wholeRolloutMs,
);
