/** A page that looks at a candidate with a tenth of the users, and what tests do there. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '@ascent/controller';
import type { Browser, Page } from 'playwright-core';
import { visit, type Look, type Visit } from './browser.js';
import { CANDIDATE, openScene, TOKEN, type Scene, type SceneOptions } from './scene.js';

/** The built page. */
export const pageDir = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/page');
const HOUR_MS = 3_600_000;

/** How a visit to a canary differs from the ordinary one. */
export type CanaryOptions = SceneOptions & { readonly look?: Look };

/** A scene whose candidate serves 10 %, and a page that looks at it. */
export async function atCanary(
  browser: Browser,
  play: (scene: Scene, seen: Visit) => Promise<void>,
  { look = {}, ...options }: CanaryOptions = {},
): Promise<void> {
  const scene = await openScene({ pageDir, ...options });
  try {
    scene.service.deploy(CANDIDATE);
    await scene.pass(3 * HOUR_MS, ({ stageIndex }) => stageIndex === 1);
    await scene.pass(HOUR_MS);
    const seen = await visit(browser, scene.url, look);
    await seen.page.locator('.moment h1').waitFor();
    await play(scene, seen);
    await seen.close();
  } finally {
    await scene.close();
  }
}

/** Signs Dana Deep in. */
export async function signIn(page: Page, token = TOKEN): Promise<void> {
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('Your name').fill('Dana Deep');
  await page.getByLabel('Token').fill(token);
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
}

/** What the controller saw last. */
export async function snapshotOf(scene: Scene): Promise<Snapshot> {
  return (await (await fetch(`${scene.url}/api/snapshot`)).json()) as Snapshot;
}
