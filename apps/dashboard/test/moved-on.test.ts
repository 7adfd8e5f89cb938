/** Two people, a session that ends, an answer that is lost: what the page says then, and what is not done. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, picture, violations } from './browser.js';
import { atCanary, signIn, snapshotOf } from './canary.js';
import { TOKEN, type Scene } from './scene.js';

const HOUR_MS = 3_600_000;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
});

async function confirm(page: Page, name: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name }).click();
}

/** Somebody else approves, and the rollout goes on to 50 % behind an open question. */
async function goOn(scene: Scene): Promise<void> {
  await scene.act({ type: 'approve', by: 'Kim', reason: '' });
  await scene.pass(6 * HOUR_MS, ({ stageIndex }) => stageIndex === 2);
  await scene.tick();
}

describe('an answer to a question that is not asked any more', () => {
  test('an approval of 50 % approves nothing once the rollout is there', () =>
    atCanary(browser, async (scene, { page }) => {
      await signIn(page);
      await page.getByRole('button', { name: 'Approve 50 %' }).click();
      await goOn(scene);
      expect((await snapshotOf(scene)).record?.rollout?.sharePercent).toBe(50);
      await confirm(page, 'Approve 50 %');
      await page.getByText(/The rollout has moved on since you looked: .* half \(50 %\)/).waitFor();
      await picture(page, 'moved-on');
      expect(await violations(page)).toEqual([]);
      expect((await snapshotOf(scene)).record?.rollout?.approvals).toMatchObject([
        { stage: 'half', by: 'Kim' },
      ]);
    }));

  test('a link in a message keeps its question, and approves nothing else', () =>
    atCanary(browser, async (scene, { page }) => {
      await signIn(page);
      await page.goto(`${scene.url}/#approve`);
      await page.getByRole('heading', { name: 'Approve 50 % for 00042-xev?' }).waitFor();
      await goOn(scene);
      await page.getByText(/00042-xev (serves|looks healthy at) 50 %/).waitFor();
      expect(await page.getByRole('dialog').getByRole('heading').innerText()).toBe(
        'Approve 50 % for 00042-xev?',
      );
      await confirm(page, 'Approve 50 %');
      await page.getByText('The rollout has moved on since you looked').waitFor();
    }));

  test('a candidate that was superseded is not sent back in the name of the next one', () =>
    atCanary(browser, async (scene, { page }) => {
      await signIn(page);
      await page.getByRole('button', { name: 'Roll back' }).click();
      scene.service.deploy('dovvybuddy-backend-00043-new');
      await scene.pass(10 * 60_000, ({ candidate }) => candidate.endsWith('new'));
      await confirm(page, 'Roll back now');
      await page.getByText(/moved on since you looked: .*00043-new is at stage smoke/).waitFor();
      expect((await snapshotOf(scene)).record?.rollout?.status.type).toBe('running');
    }));

  test('the way back is open at every stage of the same rollout', () =>
    atCanary(browser, async (scene, { page }) => {
      await signIn(page);
      await page.getByRole('button', { name: 'Roll back' }).click();
      await goOn(scene);
      await confirm(page, 'Roll back now');
      await page.getByRole('heading', { name: 'It is rolled back. Why?' }).waitFor();
    }));
});

describe('who is not signed in', () => {
  test('finds the way to sign in beside what is asked for, and the focus goes on from there', () =>
    atCanary(browser, async (scene, { page }) => {
      await scene.pass(
        5 * HOUR_MS,
        ({ decisions }) => decisions.at(-1)?.type === 'awaitingApproval',
      );
      await page.getByRole('button', { name: 'Sign in to approve 50 %' }).click();
      await page.getByLabel('Your name').fill('Dana Deep');
      await page.getByLabel('Token').fill(TOKEN);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Approve 50 %' }).waitFor();
      await page.waitForFunction(() => document.activeElement?.textContent === 'Approve 50 %');
    }));

  test('is asked again when the session has ended, and then asked what they were about to answer', () =>
    atCanary(browser, async (scene, { page }) => {
      await signIn(page);
      await page.getByRole('button', { name: 'Roll back' }).waitFor();
      // Half a day, in which nobody looked: the sign-in is over.
      scene.service.passTime(13 * HOUR_MS);
      await page.getByRole('button', { name: 'Roll back' }).click();
      await confirm(page, 'Roll back now');
      await page.getByText('Your sign-in has ended, so nothing was changed.').waitFor();
      await picture(page, 'session-ended');
      expect(await violations(page)).toEqual([]);
      expect((await snapshotOf(scene)).record?.rollout?.status.type).toBe('running');
      await page.getByLabel('Your name').fill('Dana Deep');
      await page.getByLabel('Token').fill(TOKEN);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Send everything back to 00041-qab?' }).waitFor();
      await confirm(page, 'Roll back now');
      await page.getByRole('heading', { name: 'It is rolled back. Why?' }).waitFor();
    }));
});

test('where the answer to an act is lost, the page does not say that nothing was changed', () =>
  atCanary(browser, async (scene, { page }) => {
    await signIn(page);
    await page.route('**/api/actions/pause', async (route) => {
      await route.fetch();
      await route.abort('connectionreset');
    });
    await page.getByRole('button', { name: 'Pause' }).click();
    await confirm(page, 'Pause');
    await page.getByText('it is not known whether this took effect').waitFor();
    expect((await snapshotOf(scene)).record?.rollout?.status.type).toBe('paused');
  }));

test('a lost controller shows in the title of the tab', () =>
  atCanary(browser, async (scene, { page }) => {
    await page.locator('.link-live').waitFor();
    await scene.stop();
    await page.waitForFunction(() => document.title.startsWith('Not connected · '));
    await scene.restart();
    await page.waitForFunction(() => !document.title.startsWith('Not connected'));
  }));

test('half of an address in a message leads to the history', () =>
  atCanary(browser, async (scene, { page }) => {
    await page.goto(`${scene.url}/#/history/%`);
    await page.getByRole('heading', { name: 'History' }).waitFor();
  }));
