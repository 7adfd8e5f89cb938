import { describe, expect, test } from 'vitest';
import { createErrorLog } from './error-log.js';

const question = { service: 'web', revision: 'web-00002', afterMs: Date.UTC(2026, 10, 22) };

function logOf(answer: () => Response): {
  readonly read: () => ReturnType<ReturnType<typeof createErrorLog>>;
  readonly asked: { url: string; body: Record<string, unknown> }[];
} {
  const asked: { url: string; body: Record<string, unknown> }[] = [];
  const log = createErrorLog({
    project: 'divers',
    token: () => Promise.resolve('proof'),
    fetch: (url, init) => {
      asked.push({
        url: url as string,
        body: JSON.parse(init?.body as string) as Record<string, unknown>,
      });
      return Promise.resolve(answer());
    },
  });
  return { read: () => log(question), asked };
}

describe("the candidate's error lines", () => {
  test('are asked for by service, revision, severity and time, newest first', async () => {
    const { read, asked } = logOf(() => Response.json({}));
    expect(await read()).toEqual({ type: 'lines', lines: [] });
    expect(asked[0]).toMatchObject({
      url: 'https://logging.googleapis.com/v2/entries:list',
      body: { resourceNames: ['projects/divers'], orderBy: 'timestamp desc' },
    });
    expect(asked[0]?.body['filter']).toBe(
      'resource.type="cloud_run_revision" AND resource.labels.service_name="web" AND resource.labels.revision_name="web-00002" AND severity>=ERROR AND timestamp>="2026-11-22T00:00:00.000Z"',
    );
  });

  test('are the text, or the message of a JSON line, and never longer than a few frames', async () => {
    const timestamp = '2026-11-22T10:00:00Z';
    const entries = [
      { timestamp, severity: 'CRITICAL', textPayload: 'x'.repeat(10_000) },
      { timestamp, severity: 'ERROR', jsonPayload: { message: '<b>pool</b> exhausted', pool: 1 } },
      { timestamp, jsonPayload: { code: 7 } },
    ];
    const { read } = logOf(() => Response.json({ entries }));
    const found = await read();
    expect(found).toMatchObject({ type: 'lines' });
    const lines = found.type === 'lines' ? found.lines : [];
    expect(lines.map(({ text }) => text.slice(0, 30))).toEqual([
      'x'.repeat(30),
      '<b>pool</b> exhausted',
      '{"code":7}',
    ]);
    expect(lines[0]?.text).toHaveLength(600);
    expect(lines[0]?.atMs).toBe(Date.UTC(2026, 10, 22, 10));
  });

  test('of a request are what was asked for and the answer, where the program itself said nothing', async () => {
    const timestamp = '2026-11-22T10:00:00Z';
    const httpRequest = {
      requestMethod: 'POST',
      requestUrl: 'https://web-1.run.app/api/chat?q=where',
      status: 503,
      latency: '0.056363s',
    };
    const said = { message: 'POST /api/chat 503', errorCode: 'DATABASE_BUSY', requestId: '7' };
    const entries = [
      { timestamp, httpRequest, trace: 'projects/divers/traces/abc' },
      { timestamp, httpRequest, jsonPayload: said, trace: 'abc' },
      { timestamp, httpRequest, trace: 'projects/divers/traces/def' },
      { timestamp, httpRequest: { status: 500 } },
      { timestamp },
    ];
    const found = await logOf(() => Response.json({ entries })).read();
    expect(found.type === 'lines' && found.lines.map(({ text }) => text)).toEqual([
      'POST /api/chat 503 DATABASE_BUSY',
      'POST /api/chat 503 after 0.056363s',
      '500',
      '',
    ]);
  });

  test.each<[string, () => Response]>([
    ['403', () => Response.json({ error: {} }, { status: 403 })],
    ['', () => new Response('<html>')],
    ['', () => Response.json({ entries: 'none' })],
    [
      'no way',
      () => {
        throw new Error('no way');
      },
    ],
  ])('that cannot be read are said to be so (%s)', async (word, answer) => {
    const found = await logOf(answer).read();
    expect(found.type).toBe('unavailable');
    expect(JSON.stringify(found)).toContain(word);
  });
});
