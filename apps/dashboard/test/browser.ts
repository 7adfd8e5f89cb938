/** Debian's Chromium, driven by Playwright; and a picture of what is seen, where pictures are asked for. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** How a page is looked at. */
export type Look = { readonly shade?: 'light' | 'dark'; readonly phone?: boolean };

/** A page, everything it asked the network for, and everything it complained about. */
export type Visit = {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
};

const PICTURES = process.env['ASCENT_PICTURES'];

/** Starts the browser. @throws Error where Chromium is not installed. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((dir) => join(dir, 'chromium'))
    .find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error('Chromium is missing: apt-get install chromium');
  return await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

/** Opens `url` in a window of its own, in London's winter, with motion reduced. */
export async function visit(browser: Browser, url: string, look: Look = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: look.phone === true ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    colorScheme: look.shade ?? 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, requests, complaints, close: () => context.close() };
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** What axe finds wrong with the page: rule and places. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  return await page.evaluate(async () => {
    type Found = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };
    const { axe } = globalThis as unknown as {
      readonly axe: { run: () => Promise<{ readonly violations: readonly Found[] }> };
    };
    const result = await axe.run();
    return result.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    );
  });
}

/** Saves the page as `name`.png (of a dialog: what the window shows), where `ASCENT_PICTURES` names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  const fullPage = (await page.locator('dialog[open]').count()) === 0;
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });
}
