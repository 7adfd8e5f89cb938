/** The list of several services in a real Chromium, over one controller that watches all of them. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer, type RunningServer } from '@ascent/controller';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, picture, violations, visit } from './browser.js';
import { fourDays, openScene, revisionsOf, TOKEN, type Scene, type SceneOptions } from './scene.js';

const pageDir = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/page');
const HOUR_MS = 3_600_000;

/** Each service, and how it comes to where the list finds it. */
const stories: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  'dovvybuddy-maps': (scene) => scene.tick(),
  'dovvybuddy-mail': async (scene) => {
    await toCanary(scene, 'dovvybuddy-mail');
    await scene.act({
      type: 'pause',
      by: 'dana@example.com',
      reason: 'the provider has an incident',
    });
  },
  'dovvybuddy-search': (scene) => toCanary(scene, 'dovvybuddy-search'),
  'dovvybuddy-backend': async (scene) => {
    await toCanary(scene, 'dovvybuddy-backend');
    await scene.pass(7 * HOUR_MS, ({ decisions }) => decisions.at(-1)?.type === 'awaitingApproval');
  },
  'dovvybuddy-web': async (scene) => {
    await toCanary(scene, 'dovvybuddy-web');
    await scene.pass(7 * HOUR_MS, ({ status }) => status.type === 'rolledBack');
  },
};
const bad: SceneOptions = { candidate: { failRatio: 0.05, medianMs: 700 } };

async function toCanary(scene: Scene, service: string): Promise<void> {
  scene.service.deploy(revisionsOf(service)[1]);
  await scene.pass(3 * HOUR_MS, ({ stageIndex }) => stageIndex === 1);
}

const scenes = new Map<string, Scene>();
let browser: Browser;
let server: RunningServer;
beforeAll(async () => {
  browser = await openBrowser();
  for (const [service, story] of Object.entries(stories)) {
    const options = service === 'dovvybuddy-web' ? bad : {};
    const scene = await openScene({ ...options, plan: { ...fourDays, service } });
    scenes.set(service, scene);
    await story(scene);
  }
  // Their clocks were turned by hand; now all show the same time.
  const worlds = [...scenes.values()].map(({ service }) => service);
  const nowMs = Math.max(...worlds.map(({ world }) => world.now()));
  for (const service of worlds) service.passTime(nowMs - service.world.now());
  const [first, ...others] = [...scenes.values()].map(({ watched }) => watched);
  if (first === undefined) throw new Error('no service');
  server = await startServer({
    services: [first, ...others],
    by: 'ascent',
    intervalMs: null,
    host: '127.0.0.1',
    port: 0,
    pageDir,
    token: TOKEN,
  });
  expect((await fetch(`${server.url}/tick`, { method: 'POST' })).status).toBe(200);
});
afterAll(async () => {
  await server.close();
  for (const scene of scenes.values()) await scene.close();
  await browser.close();
});

async function statesOn(page: Page): Promise<readonly (readonly [string, string])[]> {
  const lines = await page.locator('.services li').all();
  return await Promise.all(
    lines.map(async (line): Promise<readonly [string, string]> => [
      await line.locator('a').innerText(),
      await line.locator('.state').innerText(),
    ]),
  );
}

test('what needs a person is first, and axe finds nothing wrong', async () => {
  const seen = await visit(browser, server.url);
  const { page } = seen;
  await page.locator('.services li').first().waitFor();
  await page.locator('.link-live').waitFor();
  expect(await statesOn(page)).toEqual([
    ['dovvybuddy-web', 'Rolled back'],
    ['dovvybuddy-backend', 'Your turn'],
    ['dovvybuddy-mail', 'Paused'],
    ['dovvybuddy-maps', 'Nothing to do'],
    ['dovvybuddy-search', 'Healthy'],
  ]);
  const [, backend] = await page.locator('.services li').allInnerTexts();
  expect(backend).toMatch(/00042-xev is healthy at 10 % and waits for your approval of 50 %\./);
  expect(backend).toMatch(/since \d\d:\d\d, /);
  expect(backend).toMatch(/10 % to the candidate/);
  expect(await page.title()).toBe('Rolled back · dovvybuddy-web · Ascent');
  for (const [suffix, shade, width] of [
    ['', 'light', 1280],
    ['-dark', 'dark', 1280],
    ['-phone', 'light', 390],
  ] as const) {
    await page.emulateMedia({ colorScheme: shade });
    await page.setViewportSize({ width, height: 900 });
    await page.locator(`html[data-theme=${shade}]`).waitFor();
    await picture(page, `services${suffix}`);
    expect(await violations(page)).toEqual([]);
    const overflowPx = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflowPx).toBe(0);
  }
  expect(seen.complaints).toEqual([]);
  expect(seen.requests.filter((url) => !url.startsWith(server.url))).toEqual([]);
  await seen.close();
});

test('the list is live', async () => {
  const seen = await visit(browser, server.url);
  const { page } = seen;
  await page.getByText('Nothing to do').waitFor();
  const maps = scenes.get('dovvybuddy-maps');
  maps?.service.platformFails('The Admin API of us-central1 does not answer.');
  await fetch(`${server.url}/services/dovvybuddy-maps/tick`, { method: 'POST' });
  await page.getByText('The Admin API of us-central1 does not answer.').waitFor();
  expect((await statesOn(page))[0]).toEqual(['dovvybuddy-maps', 'Look failed']);
  maps?.service.platformFails(null);
  await fetch(`${server.url}/services/dovvybuddy-maps/tick`, { method: 'POST' });
  await page.getByText('Nothing to do').waitFor();
  await seen.close();
});

test('with the keyboard alone: sign in, into a service, act there, and back to the list', async () => {
  const seen = await visit(browser, server.url);
  const { page } = seen;
  const focused = (): Promise<string> =>
    page.evaluate(() => document.activeElement?.textContent ?? '');
  const press = async (name: string): Promise<void> => {
    // Tab by tab, as somebody without a mouse does.
    for (let tabs = 0; tabs < 30; tabs += 1) {
      await page.keyboard.press('Tab');
      if ((await focused()) === name) break;
    }
    expect(await focused()).toBe(name);
    await page.keyboard.press('Enter');
  };
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await press('Sign in');
  await page.getByLabel('Your name').fill('dana@example.com');
  await page.getByLabel('Token').fill(TOKEN);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();

  await press('dovvybuddy-search');
  await page.getByRole('heading', { name: /00042-xev looks healthy at 10 %/ }).waitFor();
  expect(page.url()).toBe(`${server.url}/services/dovvybuddy-search/`);
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await picture(page, 'services-one');
  await press('Pause');
  await page.getByRole('dialog').waitFor();
  await press('Pause');
  await page.getByRole('heading', { name: /dana@example\.com paused the rollout/ }).waitFor();

  await press('All services');
  await page.getByRole('heading', { name: 'Services' }).waitFor();
  expect(page.url()).toBe(`${server.url}/`);
  await page.locator('.services li').first().waitFor();
  const states = new Map(await statesOn(page));
  expect(states.get('dovvybuddy-search')).toBe('Paused');
  expect(states.get('dovvybuddy-backend')).toBe('Your turn');
  expect(seen.complaints).toEqual([]);
  await seen.close();
});
