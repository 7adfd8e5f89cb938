import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { ErrorLine } from '@ascent/controller';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, picture, violations, visit, type Visit } from './browser.js';
import { CANDIDATE, fourDays, openScene, STABLE, type Scene, type SceneOptions } from './scene.js';

const pageDir = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/page');
const HOUR_MS = 3_600_000;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
});

type Moment = {
  readonly name: string;
  readonly options?: SceneOptions;
  readonly reach: (scene: Scene) => Promise<unknown>;
  readonly headline: RegExp;
  readonly state: string;
  /** What must be said beside the headline. */
  readonly alert?: RegExp;
};

const withGate = {
  ...fourDays,
  gates: {
    ...fourDays.gates,
    custom: [
      {
        name: 'empty-answers',
        json: { url: 'http://127.0.0.1:1/empty', pointer: '/ratio' },
        above: '2%',
      },
    ],
  },
};

/** A candidate that is as good as the stable revision until it is the stable one itself. */
const turning = { failRatio: 0.002, medianMs: 620 };

const deployed = (scene: Scene): void => {
  scene.service.deploy(CANDIDATE);
};

async function toStage(scene: Scene, index: number): Promise<void> {
  deployed(scene);
  const by = 'dana@example.com';
  for (let stage = 1; stage <= index; stage += 1) {
    await scene.pass(
      60 * HOUR_MS,
      ({ stageIndex, decisions }) =>
        stageIndex === stage || decisions.at(-1)?.type === 'awaitingApproval',
    );
    // A person needs a minute to decide.
    scene.service.passTime(60_000);
    if (stage > 1) await scene.act({ type: 'approve', by, reason: 'looks good in the logs' });
    await scene.tick();
  }
}

const moments: readonly Moment[] = [
  {
    name: 'idle',
    reach: (scene) => scene.tick(),
    state: 'Nothing to do',
    headline: /^00041-qab serves everything\.$/,
  },
  {
    name: 'checking',
    reach: (scene) => {
      deployed(scene);
      return scene.pass(20 * 60_000);
    },
    state: 'Checking',
    headline: /^00042-xev runs at 0 %: no user reaches it yet\.$/,
  },
  {
    name: 'undecided',
    reach: async (scene) => {
      await toStage(scene, 1);
      await scene.pass(45 * 60_000);
    },
    state: 'Undecided',
    headline: /^00042-xev serves 10 % and is being watched\.$/,
  },
  {
    name: 'healthy',
    reach: async (scene) => {
      await toStage(scene, 2);
      await scene.pass(7 * HOUR_MS);
    },
    state: 'Healthy',
    headline: /^00042-xev looks healthy at 50 %\.$/,
  },
  {
    name: 'your-turn',
    reach: async (scene) => {
      await toStage(scene, 1);
      await scene.pass(
        6 * HOUR_MS,
        ({ decisions }) => decisions.at(-1)?.type === 'awaitingApproval',
      );
    },
    state: 'Your turn',
    headline: /^00042-xev is healthy at 10 % and waits for your approval of 50 %\.$/,
  },
  {
    name: 'paused',
    reach: async (scene) => {
      await toStage(scene, 1);
      await scene.pass(2 * HOUR_MS);
      await scene.act({
        type: 'pause',
        by: 'dana@example.com',
        reason: 'the provider has an incident',
      });
    },
    state: 'Paused',
    headline:
      /^00042-xev stays at 10 %: dana@example\.com paused the rollout \(“the provider has an incident”\)\.$/,
  },
  {
    name: 'foreign-change',
    reach: async (scene) => {
      await toStage(scene, 1);
      await scene.pass(HOUR_MS);
      scene.service.setTraffic(
        [{ revision: STABLE, percent: 100, tag: null }],
        'terraform@example.com',
      );
      await scene.pass(10 * 60_000);
    },
    state: 'Needs a person',
    headline:
      /^terraform@example\.com changed the traffic outside of Ascent: 00042-xev serves 0 % instead of 10 %\.$/,
  },
  {
    name: 'blind',
    reach: async (scene) => {
      await toStage(scene, 1);
      await scene.pass(2 * HOUR_MS);
      scene.service.metricsFail('Cloud Monitoring answered 503 for 3 tries in a row');
      await scene.pass(10 * 60_000);
    },
    state: 'Blind',
    headline: /^00042-xev stays at 10 %: the metrics cannot be read\.$/,
  },
  {
    name: 'undecidable',
    options: { requestsPerMinute: 1 },
    reach: async (scene) => {
      await toStage(scene, 1);
      await scene.pass(7 * HOUR_MS);
    },
    state: 'Needs a person',
    headline: /^00042-xev stays at 10 %: stage canary is undecided after 6h\.$/,
  },
  {
    name: 'rolled-back',
    options: { candidate: { failRatio: 0.05, medianMs: 700 } },
    reach: async (scene) => {
      await toStage(scene, 1);
      await scene.pass(6 * HOUR_MS, ({ status }) => status.type === 'rolledBack');
      // What was written is seen by the next look.
      await scene.tick();
    },
    state: 'Rolled back',
    headline: /^00042-xev was rolled back; 00041-qab serves everything again\.$/,
  },
  {
    name: 'going-back',
    options: { candidate: { failRatio: 0.05, medianMs: 700 } },
    reach: async (scene) => {
      await toStage(scene, 1);
      await scene.pass(6 * HOUR_MS, ({ status }) => status.type === 'rolledBack');
    },
    state: 'Rolled back',
    headline: /^00042-xev was rolled back; everybody goes back to 00041-qab\.$/,
  },
  {
    name: 'promoted',
    reach: async (scene) => {
      await toStage(scene, 3);
      await scene.pass(50 * HOUR_MS, ({ status }) => status.type === 'promoted');
    },
    state: 'Promoted',
    headline: /^00042-xev is the stable revision and serves everything\.$/,
  },
  {
    name: 'held-by-gate',
    options: { plan: withGate },
    reach: async (scene) => {
      await toStage(scene, 1);
      await scene.pass(5 * HOUR_MS);
    },
    state: 'Held',
    headline: /^00042-xev stays at 10 %: gate empty-answers cannot be read\.$/,
  },
  {
    name: 'alert-afterwards',
    options: { candidate: turning },
    reach: async (scene) => {
      await toStage(scene, 3);
      await scene.pass(50 * HOUR_MS, ({ status }) => status.type === 'promoted');
      turning.failRatio = 0.2;
      await scene.pass(HOUR_MS);
    },
    state: 'Alert',
    headline: /^00042-xev serves everything, and high-error-rate fires\.$/,
  },
  {
    name: 'look-failed',
    reach: async (scene) => {
      await toStage(scene, 1);
      scene.service.platformFails(
        'The Admin API of us-central1 does not answer (3 tries, 10 s each).',
      );
      await expect(scene.tick()).rejects.toThrow('does not answer');
    },
    state: 'Undecided',
    headline: /^00042-xev serves 10 %/,
    alert: /^The last look failed\.\s+The Admin API of us-central1 does not answer/,
  },
];

/** Longer than its box is wide and high, as a stack is. */
const errors: readonly ErrorLine[] = [
  { atMs: Date.UTC(2026, 10, 16, 9), severity: 'ERROR', text: `Error: ${'x'.repeat(560)}` },
];

const looks: readonly { readonly suffix: string; readonly put: (page: Page) => Promise<void> }[] = [
  { suffix: '', put: (page) => shaded(page, 'light') },
  { suffix: '-dark', put: (page) => shaded(page, 'dark') },
  {
    suffix: '-phone',
    put: async (page) => {
      await shaded(page, 'light');
      await page.setViewportSize({ width: 360, height: 780 });
    },
  },
];

/** The page follows the system's colours. */
async function shaded(page: Page, shade: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: shade });
  await page.locator(`html[data-theme=${shade}]`).waitFor();
}

/** How far the page is wider than its window. */
async function overflowPx(page: Page): Promise<number> {
  return await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

async function settled({ page }: Visit): Promise<void> {
  await page.locator('.moment h1').waitFor();
  await page.waitForFunction(() => document.querySelector('.link-live') !== null);
  await page.waitForFunction(() => !document.body.innerText.includes('Reading the metrics'));
}

test('more than ten thousand points are drawn as six lines, and can be pointed at', async () => {
  const often = { ...fourDays, metrics: { cloudMonitoring: { samplePeriod: '15s' } } };
  const scene = await openScene({ plan: often, pageDir });
  try {
    await toStage(scene, 3);
    await scene.pass(40 * HOUR_MS, ({ status }) => status.type === 'promoted');
    const { world } = scene.service;
    const read = await world.metrics.read({
      service: fourDays.service,
      revisions: [STABLE, CANDIDATE],
      afterMs: 0,
      nowMs: world.now(),
    });
    const points = read.type === 'points' ? read.points.length : 0;
    expect(points).toBeGreaterThan(10_000);
    const seen = await visit(browser, scene.url);
    await settled(seen);
    const { page } = seen;
    // Every chart is one path a revision, however many points there are.
    expect(await page.locator('.chart path').count()).toBe(6);
    expect(await page.locator('.charts *').count()).toBeLessThan(200);
    const chart = page.locator('.chart svg').first();
    for (const x of [120, 240, 360]) await chart.hover({ position: { x, y: 60 } });
    expect(await page.locator('.chart figcaption span').first().innerText()).not.toContain(
      'latest',
    );
    process.stdout.write(`${String(points)} points: ${await paintWords(page)}\n`);
    await seen.close();
  } finally {
    await scene.close();
  }
});

/** What the browser says of its own first paint. Told, not asserted: a busy machine is slow. */
async function paintWords(page: Page): Promise<string> {
  const paintMs = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  );
  return `first contentful paint after ${paintMs.toFixed(0)} ms`;
}

describe('the page says what is happening, and axe finds nothing wrong', () => {
  for (const moment of moments) {
    test(moment.name, async () => {
      const scene = await openScene({ plan: fourDays, errors, pageDir, ...moment.options });
      try {
        await moment.reach(scene);
        const seen = await visit(browser, scene.url);
        const { page } = seen;
        await settled(seen);
        expect(await page.locator('h1').innerText()).toMatch(moment.headline);
        expect(await page.locator('.moment .state').innerText()).toBe(moment.state);
        const alerts = await page.getByRole('alert').allInnerTexts();
        expect(alerts).toEqual(
          moment.alert === undefined ? [] : [expect.stringMatching(moment.alert)],
        );
        for (const { suffix, put } of looks) {
          await put(page);
          await picture(page, `${moment.name}${suffix}`);
          expect(await violations(page)).toEqual([]);
          expect(await overflowPx(page)).toBe(0);
        }
        expect(seen.complaints).toEqual([]);
        expect(seen.requests.filter((url) => !url.startsWith(scene.url))).toEqual([]);
        await seen.close();
      } finally {
        await scene.close();
      }
    });
  }
});
