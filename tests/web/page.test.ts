/** DovvyBuddy's page in a real Chromium, in front of everything real: what a diver sees, also where things break. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  openBrowser,
  violations,
  visit,
  type Look,
  type Visit,
  // eslint-disable-next-line import-x/no-relative-packages -- one browser for all tests of pages; tests have no package
} from '../../apps/dashboard/test/browser.js';
import { ascent } from '../e2e/house.js';
import { startWebHouse, type WebHouse } from './house.js';
import { startPacedModel } from './paced-model.js';

/** The requirement: JavaScript of the first load, gzipped. */
const SCRIPT_BYTES_MAX = 130_000;

let house: WebHouse;
let browser: Browser;
let open: Visit[] = [];

beforeAll(async () => {
  house = await startWebHouse();
  browser = await openBrowser();
}, 600_000);

afterAll(async () => {
  await browser.close();
  await house.dispose();
});

beforeEach(() => {
  house.door.behave({ type: 'passes on' });
});

afterEach(async () => {
  for (const { close } of open) await close();
  open = [];
});

async function look(how: Look = { phone: true }): Promise<Visit> {
  const visited = await visit(browser, house.url, how);
  open.push(visited);
  return visited;
}

async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Your question').fill(question);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
}

/** What the window shows, as `name`.png, where `WEB_PICTURES` names a folder. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['WEB_PICTURES'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** The newest turn, whose answer is complete. */
async function answered(page: Page, turns: number): Promise<Locator> {
  const all = page.locator('.turn');
  await all
    .nth(turns - 1)
    .and(page.locator('[aria-busy=false]'))
    .waitFor();
  return all.nth(turns - 1);
}

describe('a conversation', () => {
  test('about certification: the answer, its sources that open, and the follow-up at one tap', async () => {
    const { page, complaints } = await look();
    await page.getByRole('button', { name: /What is PADI Open Water certification/ }).click();
    const first = await answered(page, 1);
    expect(await first.locator('.words').textContent()).toContain('18 metres');
    expect(await first.locator('.role').textContent()).toBe('Courses');
    await first.locator('.note').first().click();
    const note = page.getByRole('dialog');
    await note.locator('.passage').waitFor();
    const passage = (await note.locator('.passage p').textContent()) ?? '';
    expect(await first.locator('.words').textContent()).toContain(passage);
    expect(await note.textContent()).toMatch(/Reviewed \d{4}-\d\d-\d\d\. Sources: \w/);
    await picture(page, 'note-phone');
    await page.keyboard.press('Escape');
    await first.locator('.follow-up').click();
    const second = await answered(page, 2);
    expect(await second.locator('.question').textContent()).toMatch(/^You: Yes: "/);
    expect(await second.locator('.words').textContent()).not.toBe('');
    expect(complaints).toEqual([]);
  });

  test('about a trip: with the diver’s profile, and kept over a reload', async () => {
    const { page, complaints } = await look();
    await page.getByRole('button', { name: 'About you' }).click();
    await page.getByLabel('Certification').selectOption('Advanced Open Water Diver');
    await page.getByLabel('Logged dives').fill('42');
    await picture(page, 'profile-phone');
    await page.getByRole('button', { name: 'Save' }).click();
    const sent = page.waitForRequest('**/api/chat/stream');
    await ask(page, 'When is the best time to dive in Bali?');
    expect((await sent).postDataJSON()).toEqual({
      message: 'When is the best time to dive in Bali?',
      diverProfile: { certificationLevel: 'Advanced Open Water Diver', loggedDives: 42 },
    });
    const words = await (await answered(page, 1)).locator('.words').textContent();
    await page.getByLabel('Your question').fill('half a thought');
    await page.reload();
    const again = await answered(page, 1);
    expect(await again.locator('.words').textContent()).toBe(words);
    expect(await again.locator('.note').count()).toBeGreaterThan(0);
    expect(await page.getByLabel('Your question').inputValue()).toBe('half a thought');
    // The page kept the answer itself; the backend knows the conversation too.
    await ask(page, 'Can beginners go there?');
    await answered(page, 2);
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.getByRole('button', { name: /Back to/ }).click();
    expect(await page.locator('.turn').count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  test('about an emergency: stands in front of everything, with the local number one tap away', async () => {
    const { page } = await look();
    await ask(page, 'My buddy surfaced unconscious in Koh Tao and is not breathing!');
    const turn = await answered(page, 1);
    await turn.getByRole('alert').waitFor();
    const numbers = await turn
      .locator('a.call')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    expect(numbers).toEqual(['tel:1669', 'tel:+390642118685', 'tel:+19196849111']);
    expect(await violations(page)).toEqual([]);
    await picture(page, 'emergency-phone');
  });
});

describe('a rollback in the middle of a conversation', () => {
  test('is not noticed: the answer under way is finished, the next comes from the other revision', async () => {
    const model = await startPacedModel();
    expect((await ascent(house.stack, 'tick')).status).toBe(0);
    const { page, complaints } = await look();
    await ask(page, 'What is PADI Open Water certification?');
    await answered(page, 1);
    await house.newRevision('chatty', {
      GROQ_API_KEY: 'key',
      GROQ_BASE_URL: model.url,
      LLM_TIMEOUT_MS: '60000',
    });
    expect((await ascent(house.stack, 'up', '--until', 'smoke')).status).toBe(0);
    for (const stage of ['canary', 'half', 'full']) {
      const ran = await ascent(house.stack, 'skip', '--reason', `on to ${stage}`);
      expect(ran.status, ran.stderr).toBe(0);
    }
    model.wait();
    await ask(page, 'How deep may I go with it?');
    await model.say('At most 18 ');
    const coming = page.locator('.turn-last .words-coming');
    await coming.getByText('At most 18').waitFor();
    expect((await ascent(house.stack, 'rollback', '--reason', 'too chatty')).status).toBe(0);
    await model.say('metres [1].');
    await coming.getByText('At most 18 metres').waitFor();
    await model.finish();
    await answered(page, 2);
    await ask(page, 'And how long does it take?');
    await answered(page, 3);
    const [before, candidate, after] = house.door.revisions.slice(-3);
    expect(candidate).not.toBe(before);
    expect(after).toBe(before);
    expect(await page.locator('.failure').count()).toBe(0);
    expect(complaints).toEqual([]);
    model.stop();
  });
});

describe('when something breaks', () => {
  test('503: says so, counts down what the backend said, and asks again by itself', async () => {
    const { page } = await look();
    house.door.behave({ type: 'refuses', status: 503, retryAfter: 4 });
    await ask(page, 'What is nitrox?');
    const card = page.locator('.failure');
    await card.getByText('Many divers are asking at once').waitFor();
    expect(await card.locator('.countdown').textContent()).toMatch(/^ · [34] s$/);
    expect(await violations(page)).toEqual([]);
    await picture(page, 'busy-phone');
    house.door.behave({ type: 'passes on' });
    const turn = await answered(page, 1);
    expect(await turn.locator('.words').textContent()).toMatch(/nitrox/i);
    expect(await card.count()).toBe(0);
  });

  test('429: the same in other words, and at once if the diver wants', async () => {
    const { page } = await look();
    house.door.behave({ type: 'refuses', status: 429, retryAfter: 100 });
    await ask(page, 'What is nitrox?');
    await page.getByText('That was a little fast').waitFor();
    house.door.behave({ type: 'passes on' });
    await page.getByRole('button', { name: /Ask now/ }).click();
    await answered(page, 1);
  });

  test('a backend that is slow to speak is waited for', async () => {
    const { page } = await look();
    house.door.behave({ type: 'hesitates' });
    await ask(page, 'What is nitrox?');
    const turn = await answered(page, 1);
    expect(await turn.locator('.words').textContent()).toMatch(/nitrox/i);
    expect(await page.locator('.failure').count()).toBe(0);
  });

  test('two windows show one conversation, and ask for an answer once', async () => {
    const { page } = await look();
    const second = await page.context().newPage();
    await second.goto(house.url);
    await second.getByRole('heading', { level: 1 }).waitFor();
    const before = house.door.questions();
    await ask(page, 'What is a safety stop?');
    const turn = await answered(second, 1);
    expect(await turn.locator('.words').textContent()).toMatch(/safety stop/i);
    await ask(second, 'And how long is it?');
    await answered(page, 2);
    expect(house.door.questions() - before).toBe(2);
    await page.reload();
    await answered(page, 2);
  });

  test('a stream that dies after its answer was stored: the answer is fetched, not asked for again', async () => {
    const { page } = await look();
    await ask(page, 'What is a safety stop?');
    await answered(page, 1);
    const before = house.door.questions();
    house.door.behave({ type: 'breaks off', events: 1 });
    await ask(page, 'And how long is it?');
    const turn = await answered(page, 2);
    expect(await turn.locator('.words').textContent()).not.toBe('');
    expect(house.door.questions() - before).toBe(1);
    const session = await page.evaluate(async () => {
      const kept = JSON.parse(localStorage.getItem('dovvybuddy.conversation') ?? '{}') as {
        sessionId: string;
      };
      return (await (await fetch(`/api/session/${kept.sessionId}`)).json()) as {
        messages: unknown[];
      };
    });
    expect(session.messages).toHaveLength(4);
  });

  test('the backend is away and comes back: the question waits, and the numbers are there', async () => {
    const { page } = await look();
    await house.door.close();
    await ask(page, 'What is a lift bag for?');
    const card = page.locator('.failure');
    await card.getByText('DovvyBuddy cannot be reached').waitFor();
    expect(await card.locator('a[href="tel:112"]').count()).toBe(1);
    await page.reload();
    await page.getByText('What is a lift bag for?').waitFor();
    await house.door.open();
    const turn = await answered(page, 1);
    expect(await turn.locator('.words').textContent()).not.toBe('');
  });

  test('offline: says so, and asks when the network is back', async () => {
    const { page } = await look();
    await page.context().setOffline(true);
    await ask(page, 'How do I clear a mask?');
    await page.locator('.failure').getByText('You are offline').waitFor();
    await page.locator('.offline').waitFor();
    expect(await violations(page)).toEqual([]);
    await picture(page, 'offline-phone');
    await page.context().setOffline(false);
    await answered(page, 1);
  });
});

describe('with hardly any network', () => {
  /** A first visit whose JavaScript comes when it is let. */
  async function startSlowly(): Promise<{ readonly page: Page; readonly letIn: () => void }> {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    open.push({ close: () => context.close() } as Visit);
    const page = await context.newPage();
    let letIn = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    await page.route('**/*.js', async (route) => {
      await gate;
      await route.continue();
    });
    await page.goto(house.url, { waitUntil: 'commit' });
    return { page, letIn };
  }

  test('SOS has its numbers before any JavaScript has come, and what is typed by then stays', async () => {
    const { page, letIn } = await startSlowly();
    await page.getByRole('button', { name: /SOS/ }).click();
    await page.locator('#contacts a[href="tel:112"]').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByLabel('Your question').fill('half a thought');
    await page.locator('.send').evaluate((button: HTMLElement) => {
      button.click();
    });
    letIn();
    await page.locator('.send[aria-disabled=false]').waitFor();
    expect(await page.getByLabel('Your question').inputValue()).toBe('half a thought');
    expect(new URL(page.url()).search).toBe('');
    await page.getByRole('button', { name: /SOS/ }).click();
    await page.getByRole('dialog', { name: 'Emergency contacts' }).waitFor();
  });

  test('a page whose JavaScript was lost on the way says so', async () => {
    const context = await browser.newContext();
    open.push({ close: () => context.close() } as Visit);
    const page = await context.newPage();
    await page.route('**/chunks/*.js', (route) => route.abort());
    await page.goto(house.url);
    await page.getByText('This page has not come completely').waitFor();
  });

  test('without any, the page opens with the conversation and the numbers', async () => {
    const { page } = await look();
    await ask(page, 'What is a safety stop?');
    await answered(page, 1);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await page.context().setOffline(true);
    await page.reload();
    await answered(page, 1);
    await page.locator('.offline').waitFor();
    await page.getByRole('button', { name: /SOS/ }).click();
    await page.getByRole('dialog').locator('a[href="tel:112"]').first().waitFor();
  });
});

describe('Sentry', () => {
  const eventOf = async (side: string): Promise<ReturnType<WebHouse['sentry']['events']>[number]> =>
    await expect
      .poll(() => house.sentry.events().find(({ tags }) => tags?.['side'] === side), {
        timeout: 20_000,
      })
      .toBeDefined()
      .then(() => {
        const found = house.sentry.events().find(({ tags }) => tags?.['side'] === side);
        if (found === undefined) throw new Error(`nothing from the ${side}`);
        return found;
      });

  test('hears of the browser: which conversation, and not a word of the diver', async () => {
    const { page } = await look();
    await ask(page, 'My name is Jacques, what is a safety stop?');
    await answered(page, 1);
    await page.evaluate(() => {
      const typed = document.querySelector('.question')?.textContent ?? '';
      setTimeout(() => JSON.parse(typed) as unknown);
    });
    const event = await eventOf('browser');
    const { sessionId } = await page.evaluate(
      () =>
        JSON.parse(localStorage.getItem('dovvybuddy.conversation') ?? '{}') as {
          sessionId: string;
        },
    );
    expect(event).toMatchObject({
      release: 'dovvybuddy-web@1.2.3',
      environment: 'test',
      user: { id: sessionId },
    });
    expect(event.exception?.values?.[0]?.value).toContain('not valid JSON');
    expect(house.sentry.envelopes.join('\n')).not.toMatch(/Jacques|safety stop/);
  });

  test('hears of the server', async () => {
    expect((await fetch(`${house.url}/drill?secret=Jacques`)).status).toBe(500);
    const event = await eventOf('server');
    expect(event.release).toBe('dovvybuddy-web@1.2.3');
    expect(event.exception?.values?.[0]?.value).toContain('Sentry drill');
    expect(house.sentry.envelopes.join('\n')).not.toMatch(/Jacques/);
  });
});

describe('the page', () => {
  test('loads less than 130 kB of JavaScript, shifts nothing, and asks nobody else for anything', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    const scripts: { url: string; bytes: number }[] = [];
    const hosts = new Set<string>();
    const pending: Promise<void>[] = [];
    page.on('response', (response) => {
      hosts.add(new URL(response.url()).origin);
      if (response.request().resourceType() !== 'script') return;
      const note = async (): Promise<void> => {
        scripts.push({ url: response.url(), bytes: gzipSync(await response.body()).length });
      };
      pending.push(note());
    });
    await page.addInitScript(() => {
      const seen = { shift: 0 };
      Object.assign(globalThis, { seen });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
          seen.shift += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(house.url, { waitUntil: 'networkidle' });
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1,
    );
    const readShift = async (): Promise<number> =>
      await page.evaluate(() => (globalThis as unknown as { seen: { shift: number } }).seen.shift);
    const firstShift = await readShift();
    await page.getByRole('button', { name: /best time to dive in Bali/ }).click();
    await answered(page, 1);
    const answerShift = await readShift();
    await page.reload({ waitUntil: 'networkidle' });
    await answered(page, 1);
    const reloadShift = await readShift();
    await Promise.all(pending);
    const first = [...new Map(scripts.map((script) => [script.url, script.bytes])).values()];
    const bytes = first.reduce((sum, each) => sum + each, 0);
    process.stdout.write(
      `the page: ${bytes} bytes of JavaScript gzipped in ${first.length} files, first paint ${Math.round(paintMs)} ms, ` +
        `layout shift ${firstShift.toFixed(4)} at first load, ${answerShift.toFixed(4)} with an answer, ${reloadShift.toFixed(4)} on reload\n`,
    );
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(SCRIPT_BYTES_MAX);
    expect(Math.max(firstShift, answerShift, reloadShift)).toBeLessThan(0.1);
    expect([...hosts]).toEqual([house.url]);
    await context.close();
  });

  test.each<[string, Look]>([
    ['landing-phone', { phone: true }],
    ['landing-phone-dark', { phone: true, shade: 'dark' }],
    ['landing-desktop', {}],
  ])('%s: axe finds nothing, every target can be hit with a wet thumb', async (name, how) => {
    const { page, complaints } = await look(how);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.evaluate(() => document.fonts.ready);
    expect(await violations(page)).toEqual([]);
    const small = await page
      .locator('button:visible, a:visible:not(.skip), textarea:visible')
      .evaluateAll((targets) =>
        targets
          .filter((target) => {
            const { width, height } = target.getBoundingClientRect();
            return width < 44 || height < 44;
          })
          .map((target) => target.outerHTML),
      );
    expect(small).toEqual([]);
    await picture(page, name);
    expect(complaints).toEqual([]);
  });

  test.each<[string, Look]>([
    ['answer-phone', { phone: true }],
    ['answer-phone-dark', { phone: true, shade: 'dark' }],
    ['answer-desktop', {}],
  ])('%s: axe finds nothing in an answer about safety', async (name, how) => {
    const { page } = await look(how);
    await ask(page, 'How long before I may fly after diving?');
    const turn = await answered(page, 1);
    expect(await turn.locator('a[href^="tel:"]').count()).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    await picture(page, name);
  });

  test.each([
    [360, 1],
    [320, 1],
    [360, 2],
  ])('%i pixels wide with text %i times as large, SOS is in reach', async (width, times) => {
    const { page } = await look();
    await page.setViewportSize({ width, height: 740 });
    await page.evaluate(
      (size) => {
        document.documentElement.style.fontSize = size;
      },
      `${times * 100}%`,
    );
    await ask(page, 'My buddy surfaced unconscious in Koh Tao and is not breathing!');
    await answered(page, 1);
    const out = await page.locator('.top button, .call, .note').evaluateAll((targets) =>
      targets
        .filter((target) => {
          const { left, right } = target.getBoundingClientRect();
          return left < 0 || right > innerWidth;
        })
        .map((target) => target.outerHTML),
    );
    expect(out).toEqual([]);
    await page.getByRole('button', { name: /SOS/ }).click();
    await page.getByRole('dialog').getByText('DAN Europe').waitFor();
  });

  test('a question in Arabic is set from right to left', async () => {
    const { page } = await look();
    await ask(page, 'كم مترا (PADI)؟');
    const turn = await answered(page, 1);
    const question = turn.locator('.question');
    expect(await question.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
  });

  test('works from the keyboard alone', async () => {
    const { page } = await look({});
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.type('What is nitrox?');
    await page.keyboard.press('Enter');
    await answered(page, 1);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('question');
    await page.locator('.note').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').locator('.passage').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('note');
  });

  test('is served with a policy that lets no foreign script run', async () => {
    const { headers } = await fetch(house.url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self'( 'sha256-[\w+/=]+')+;/);
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
