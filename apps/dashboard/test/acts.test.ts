import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, picture, violations, type Visit } from './browser.js';
import { atCanary as canary, signIn, snapshotOf, type CanaryOptions } from './canary.js';
import { fourDays, TOKEN, type Scene } from './scene.js';

const HOUR_MS = 3_600_000;

const withSpotChecks = {
  ...fourDays,
  stages: fourDays.stages.map((stage) =>
    stage.name === 'canary' ? { ...stage, spotChecks: 2 } : stage,
  ),
};

let browser: Browser;
const atCanary = (
  play: (scene: Scene, seen: Visit) => Promise<void>,
  options?: CanaryOptions,
): Promise<void> => canary(browser, play, options);

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
});

describe('acting on the page', () => {
  test('nobody can act before signing in, and a wrong token is refused with the remedy', () =>
    atCanary(async (_scene, { page, complaints }) => {
      expect(await page.getByRole('button', { name: 'Roll back' }).count()).toBe(0);
      await signIn(page, 'guessed');
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').innerText()).toBe(
        'That is not the token of this controller. It printed the right one when it started; a restart makes a new one.',
      );
      await picture(page, 'sign-in-refused');
      expect(await violations(page)).toEqual([]);
      expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
    }));

  test('a pause says who and why, and resuming takes it back', () =>
    atCanary(async (scene, { page }) => {
      await signIn(page);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByLabel('Why').fill('the provider has an incident');
      await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
      await page
        .getByRole('heading', {
          name: /Dana Deep paused the rollout \(“the provider has an incident”\)/,
        })
        .waitFor();
      expect((await snapshotOf(scene)).record?.rollout?.status).toMatchObject({
        type: 'paused',
        by: 'Dana Deep',
        reason: 'the provider has an incident',
      });
      await page.getByRole('button', { name: 'Resume' }).click();
      await picture(page, 'resume-dialog');
      await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      expect((await snapshotOf(scene)).record?.rollout?.status.type).toBe('running');
    }));

  test('an approval lets a healthy candidate go on', () =>
    atCanary(async (scene, { page }) => {
      await scene.pass(
        5 * HOUR_MS,
        ({ decisions }) => decisions.at(-1)?.type === 'awaitingApproval',
      );
      await signIn(page);
      await page.getByRole('button', { name: 'Approve 50 %' }).waitFor();
      await picture(page, 'your-turn-signed-in');
      await page.getByRole('button', { name: 'Approve 50 %' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Approve 50 %' }).click();
      await page
        .getByRole('heading', { name: /^The platform is moving 00042-xev to 50 %/ })
        .waitFor();
      const rollout = (await snapshotOf(scene)).record?.rollout;
      expect(rollout?.sharePercent).toBe(50);
      expect(rollout?.approvals).toMatchObject([{ stage: 'half', by: 'Dana Deep' }]);
    }));

  test('going back takes one press and a confirmation, and asks why afterwards', () =>
    atCanary(async (scene, { page }) => {
      await signIn(page);
      await page.getByRole('button', { name: 'Roll back' }).click();
      await picture(page, 'rollback-dialog');
      expect(await violations(page)).toEqual([]);
      expect(await page.getByLabel('Why').count()).toBe(0);
      await page.getByRole('button', { name: 'Roll back now' }).click();
      await page.getByRole('heading', { name: 'It is rolled back. Why?' }).waitFor();
      expect((await snapshotOf(scene)).record?.rollout?.status.type).toBe('rolledBack');
      await picture(page, 'rollback-why');
      await page.getByRole('textbox', { name: 'Why' }).fill('two divers saw broken answers');
      await page.getByRole('button', { name: 'Write it down' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await scene.tick();
      await page.getByRole('link', { name: 'History' }).click();
      await page.getByRole('link', { name: /Rolled back/ }).click();
      await page.getByText('“two divers saw broken answers”').waitFor();
      await picture(page, 'report-rolled-back');
      expect(await violations(page)).toEqual([]);
    }));

  test('the reason of a rollback can be given later, too', () =>
    atCanary(async (scene, { page }) => {
      await scene.act({ type: 'rollback', by: 'Dana Deep', reason: '' });
      await signIn(page);
      await page.getByRole('button', { name: 'Say why' }).click();
      await page.getByRole('textbox', { name: 'Why' }).fill('it was the provider');
      await page.getByRole('button', { name: 'Write it down' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      const id = (await snapshotOf(scene)).record?.rollout?.id ?? '';
      const answer = await fetch(`${scene.url}/api/history/${encodeURIComponent(id)}`);
      expect(await answer.json()).toMatchObject({
        reasons: [{ by: 'Dana Deep', reason: 'it was the provider' }],
      });
    }));

  test('a step against the gates needs a reason', () =>
    atCanary(async (scene, { page }) => {
      await scene.act({ type: 'approve', by: 'Maya', reason: '' });
      await signIn(page);
      await page.getByText('More', { exact: true }).click();
      await page.getByRole('button', { name: 'Skip this stop' }).click();
      const skip = page.getByRole('dialog').getByRole('button', { name: 'Skip this stop' });
      await skip.click();
      expect((await snapshotOf(scene)).record?.rollout?.sharePercent).toBe(10);
      await page.getByRole('textbox', { name: 'Why' }).fill('a fix that cannot wait');
      await picture(page, 'skip-dialog');
      await skip.click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect((await snapshotOf(scene)).record?.rollout?.sharePercent).toBe(50);
    }));

  test('a person ticks off what was tried by hand', () =>
    atCanary(
      async (scene, { page }) => {
        await signIn(page);
        await page.getByText('0 of 2 tried at this stage').waitFor();
        await page.getByRole('button', { name: 'Tick off a spot check' }).click();
        await page.getByRole('textbox', { name: 'What you tried' }).fill('asked about Bali');
        await page
          .getByRole('dialog')
          .getByRole('button', { name: 'Tick off a spot check' })
          .click();
        await page.getByText('1 of 2 tried at this stage').waitFor();
        await picture(page, 'spot-checks');
        expect(await violations(page)).toEqual([]);
        expect((await snapshotOf(scene)).record?.rollout?.spotChecks.ticks).toMatchObject([
          { by: 'Dana Deep', what: 'asked about Bali' },
        ]);
      },
      { plan: withSpotChecks },
    ));

  test('everything can be done with the keyboard alone', () =>
    atCanary(async (scene, { page }) => {
      await signIn(page);
      await page.getByRole('button', { name: 'Roll back' }).waitFor();
      const focusIs = (name: string): Promise<boolean> =>
        page.evaluate((wanted) => document.activeElement?.textContent === wanted, name);
      for (let presses = 0; presses < 30 && !(await focusIs('Roll back')); presses += 1)
        await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect((await snapshotOf(scene)).record?.rollout?.status.type).toBe('running');
      await page.waitForFunction(() => document.activeElement?.textContent === 'Roll back');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      for (let presses = 0; presses < 5 && !(await focusIs('Roll back now')); presses += 1)
        await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'It is rolled back. Why?' }).waitFor();
      expect((await snapshotOf(scene)).record?.rollout?.status.type).toBe('rolledBack');
    }));

  test('a read-only controller offers nothing to press', () =>
    atCanary(
      async (_scene, { page }) => {
        await page.getByText('Read-only', { exact: true }).waitFor();
        expect(await page.getByRole('button').allInnerTexts()).toEqual(['Dark']);
        await picture(page, 'read-only-phone');
      },
      { token: null, look: { phone: true } },
    ));
});

test('how many instances each revision has stands beside its share', () =>
  atCanary(async (_scene, { page }) => {
    await page.getByText('stable · 2 instances').waitFor();
    await page.getByText('candidate · 1 instance').waitFor();
  }));

describe('a link in a message', () => {
  test('asks who it is first, then opens its question, and answers nothing by itself', () =>
    atCanary(async (scene, { page }) => {
      await page.goto(`${scene.url}/#rollback`);
      await page.getByRole('heading', { name: 'Sign in to act' }).waitFor();
      await page.getByLabel('Your name').fill('Dana Deep');
      await page.getByLabel('Token').fill(TOKEN);
      await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Send everything back to 00041-qab?' }).waitFor();
      await picture(page, 'link-rollback');
      expect((await snapshotOf(scene)).record?.rollout?.status.type).toBe('running');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(new URL(page.url()).hash).toBe('#/');
      await page.goto(`${scene.url}/#approve`);
      await page.getByRole('heading', { name: 'Approve 50 % for 00042-xev?' }).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Approve 50 %' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect((await snapshotOf(scene)).record?.rollout?.approvals).toMatchObject([
        { stage: 'half', by: 'Dana Deep' },
      ]);
    }));

  test('opens nothing where its moment has passed', () =>
    atCanary(async (scene, { page }) => {
      await signIn(page);
      await page.getByRole('button', { name: 'Roll back' }).waitFor();
      await scene.act({ type: 'approve', by: 'Maya', reason: '' });
      await page.getByText('approved by Maya').waitFor();
      await page.goto(`${scene.url}/#approve`);
      await page.getByRole('button', { name: 'Roll back' }).waitFor();
      expect(await page.getByRole('dialog').count()).toBe(0);
    }));
});

describe('what is wrong with the candidate', () => {
  const atMs = Date.UTC(2026, 10, 16, 9, 12, 5);
  const text =
    'Error: pool exhausted <img src=x onerror="document.title=1">\n    at acquire (pool.ts:41)';
  const errors = Array.from({ length: 12 }, (_, index) => ({
    atMs: atMs - index * 61_000,
    severity: 'ERROR',
    text: `${text} (${String(index + 1)})`,
  }));

  test('its error lines are shown as text, the newest first', () =>
    atCanary(
      async (_scene, { page, complaints }) => {
        await page.getByRole('heading', { name: 'Errors of the candidate' }).waitFor();
        const lines = page.locator('.error-lines').first().getByRole('listitem');
        expect(await lines.count()).toBe(5);
        expect(await lines.first().innerText()).toContain('<img src=x onerror=');
        expect(await page.locator('.error-lines img').count()).toBe(0);
        expect(await page.getByText('7 more').count()).toBe(1);
        await picture(page, 'error-lines');
        expect(await violations(page)).toEqual([]);
        expect(complaints).toEqual([]);
      },
      { errors },
    ));

  test('an alert is silenced with one press, and told again with another', () =>
    atCanary(
      async (scene, { page }) => {
        await signIn(page);
        await scene.pass(2 * HOUR_MS, ({ alerts }) => alerts.firing.length > 0);
        await page.getByRole('button', { name: 'Silence 1 h: high-error-rate' }).click();
        await page.getByRole('button', { name: 'Tell again: high-error-rate' }).waitFor();
        await picture(page, 'alert-silenced');
        expect(await violations(page)).toEqual([]);
        const { alerts } = (await snapshotOf(scene)).record?.rollout ?? {};
        expect(alerts?.silences).toMatchObject([{ rule: 'high-error-rate', by: 'Dana Deep' }]);
        await page.getByRole('button', { name: 'Tell again: high-error-rate' }).click();
        await page.getByRole('button', { name: 'Silence 1 h: high-error-rate' }).waitFor();
      },
      {
        candidate: { failRatio: 0.3, medianMs: 700 },
        requestsPerMinute: 600,
        plan: {
          ...fourDays,
          gates: { errorRate: { max: '50%', worseThanStableBy: '50%' } },
          rollback: { errorRate: { above: '90%', for: '6h' } },
          alerts: [
            {
              name: 'high-error-rate',
              metric: 'errorRate',
              above: '1%',
              for: '5m',
              severity: 'critical',
              channels: [],
            },
          ],
        },
      },
    ));
});

describe('the connection', () => {
  test('a lost controller is said, and the page goes on by itself when it is back', () =>
    atCanary(async (scene, { page }) => {
      await page.locator('.link-live').waitFor();
      await scene.stop();
      await page.getByText('The controller is not heard.').waitFor();
      await picture(page, 'not-connected');
      expect(await violations(page)).toEqual([]);
      await scene.restart();
      await scene.tick();
      await page.locator('.link-live').waitFor();
      expect(await page.getByText('The controller is not heard.').count()).toBe(0);
    }));

  test('who is signed in stays so when a controller with the same token takes over', () =>
    atCanary(async (scene, { page }) => {
      await signIn(page);
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      await scene.stop();
      await page.locator('.link-lost').waitFor();
      await scene.restart();
      await scene.tick();
      await page.locator('.link-live').waitFor();
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      expect(await page.getByText('Dana Deep').count()).toBe(1);
    }));
});

describe('the history', () => {
  test('shows the figures and a report of each rollout that ended', () =>
    atCanary(
      async (scene, { page }) => {
        await scene.pass(6 * HOUR_MS, ({ status }) => status.type === 'rolledBack');
        await scene.tick();
        await page.getByRole('link', { name: 'History' }).click();
        await page.getByText('Change failure rate').waitFor();
        expect(await page.locator('.figures').innerText()).toContain('1 of 1 rolled back');
        await picture(page, 'history');
        expect(await violations(page)).toEqual([]);
        await page.getByRole('link', { name: /Rolled back/ }).click();
        await page
          .getByRole('heading', { name: '00042-xev over 00041-qab of dovvybuddy-backend' })
          .waitFor();
        await page.emulateMedia({ media: 'print' });
        await picture(page, 'report-printed');
        expect(await page.getByRole('button').count()).toBe(0);
      },
      { candidate: { failRatio: 0.04, medianMs: 700 } },
    ));
});
