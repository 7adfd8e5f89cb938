import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { showLogs } from './show-logs.js';

const entry = (number: number) => ({
  insertId: String(number).padStart(8, '0'),
  receiveTimestamp: `2026-01-01T00:00:0${number}.000Z`,
});

it('follows by asking only for what came since, and says nothing twice', async () => {
  const answers = [[entry(1), entry(2)], [entry(2)], [entry(2), entry(3)]];
  const filters: string[] = [];
  const server = createServer((request, response) => {
    request.once('data', (body: Buffer) => {
      filters.push((JSON.parse(body.toString()) as { filter: string }).filter);
      response.end(JSON.stringify({ entries: answers.shift() ?? [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const lines: string[] = [];
  const url = `http://127.0.0.1:${port}`;
  const shown = showLogs({ url, filter: 'a OR b', follow: true }, (line) => {
    lines.push(line.trim());
    return lines.length < 3 ? Promise.resolve() : Promise.reject(new Error('enough'));
  });
  await expect(shown).rejects.toThrow('enough');
  expect(lines).toEqual([entry(1), entry(2), entry(3)].map((each) => JSON.stringify(each)));
  const recent = 'receiveTimestamp>="2026-01-01T00:00:02.000Z" AND (a OR b)';
  expect(filters).toEqual(['a OR b', recent, recent]);
  await new Promise((resolve) => server.close(resolve));
});
