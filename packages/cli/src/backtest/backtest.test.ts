import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilePlan, type RolloutPlan } from '@ascent/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backtest, backtestText } from './backtest.js';

const MINUTE = 60_000;
let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ascent-backtest-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

function compiled(): RolloutPlan {
  const result = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:8080' } },
    stages: [
      { name: 'smoke', share: 0, hold: '5m' },
      { name: 'canary', share: 10, hold: '30m to 2h' },
      { name: 'full', share: 100, hold: '30m to 2h' },
    ],
    gates: { errorRate: { max: '2%', worseThanStableBy: '1%' } },
  });
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

async function recorded(name: string, lines: readonly string[]): Promise<string> {
  const file = join(dir, name);
  await writeFile(file, lines.join('\n'));
  return file;
}

/** Three hours of two revisions, a tenth of the traffic on the new one. */
function hours(candidateErrors: number): readonly string[] {
  return Array.from({ length: 240 }, (_, minute) => {
    const at = { startMs: minute * MINUTE, endMs: (minute + 1) * MINUTE };
    const stable = { revision: 'web-1', ...at, requests: 900, errors: 2 };
    const candidate = { revision: 'web-2', ...at, requests: 100, errors: candidateErrors };
    return minute < 60 ? [stable] : [stable, candidate];
  })
    .flat()
    .map((point) => JSON.stringify(point));
}

describe('a backtest', () => {
  test('rolls back a candidate that failed then, and says when and why', async () => {
    const points = await recorded('bad.jsonl', hours(15));
    const result = await backtest({ plan: compiled(), points });
    expect(result).toMatchObject({
      end: 'rolledBack',
      startMs: 60 * MINUTE,
      revisions: { stable: 'web-1', candidate: 'web-2' },
    });
    expect(backtestText(result)).toContain('The plan would have rolled back web-2');
  });

  test('promotes one that was as good', async () => {
    const points = await recorded('good.jsonl', hours(0));
    const result = await backtest({ plan: compiled(), points });
    expect(result.end).toBe('promoted');
  });

  test.each([
    ['not json', 'bad.jsonl:1 is not JSON'],
    ['{"revision":"web-1"}', 'startMs'],
    [
      '{"revision":"a","startMs":0,"endMs":60000,"requests":1,"errors":2}',
      'errors must not exceed requests',
    ],
    [
      '{"revision":"a","startMs":0,"endMs":60000,"requests":1,"errors":0}',
      'no requests of both a stable revision and a candidate',
    ],
  ])('refuses %s and says what is wrong', async (line, message) => {
    const points = await recorded('bad.jsonl', [line]);
    await expect(backtest({ plan: compiled(), points })).rejects.toThrow(message);
  });

  test('does not guess which of two is the candidate, and takes the names it is given', async () => {
    const points = await recorded('both.jsonl', hours(15).slice(60));
    await expect(backtest({ plan: compiled(), points })).rejects.toThrow('--candidate');
    const result = await backtest({ plan: compiled(), points, candidate: 'web-2' });
    expect(result.end).toBe('rolledBack');
  });

  test('refuses a file that is not there', async () => {
    const points = join(dir, 'none.jsonl');
    await expect(backtest({ plan: compiled(), points })).rejects.toThrow('there is no such file');
  });
});
