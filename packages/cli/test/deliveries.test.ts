/** What comes before a rollout and after it, and the server: what each says when all goes well. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startKnativeService, type KnativeService } from './knative-service.js';
import { bundle, runAscent, settled, type Ran } from './run-ascent.js';

let dir: string;
let service: KnativeService;
let chat: Server;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ascent-deliveries-'));
  service = await startKnativeService('web');
  const files: Readonly<Record<string, string>> = {
    'ascent.yaml': planText(service.url),
    ...texts,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  chat = createServer((request, response) => {
    request.resume().on('end', () => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ response: 'Five metres.', sessionId: 's1' }));
    });
  }).listen(0, '127.0.0.1');
  await once(chat, 'listening');
});
afterAll(() => {
  service.close();
  chat.close();
  chat.closeAllConnections();
  rmSync(dir, { recursive: true, force: true });
});

const MINUTE_MS = 60_000;
const MINUTES = 120;
const RATE = 40;

/** Two hours of two revisions, the newer of which fails a tenth of its requests. */
function points(): string {
  const layout = { type: 'explicit', boundsMs: [100, 200, 400, 800] };
  const of = (revision: string, minute: number, errors: number): object => ({
    revision,
    startMs: minute * MINUTE_MS,
    endMs: (minute + 1) * MINUTE_MS,
    requests: RATE,
    errors,
    latency: { layout, counts: [10, 20, 8, 2, 0] },
  });
  return Array.from({ length: MINUTES }, (_, minute) =>
    [of('web-00001', minute, 0), of('web-00002', minute, 4)]
      .map((point) => `${JSON.stringify(point)}\n`)
      .join(''),
  ).join('');
}

const texts: Readonly<Record<string, string>> = {
  'points.jsonl': points(),
  'questions.yaml': '- name: depth\n  turns: [How deep may I go?]\n',
  'retire.yaml': [
    'what: the old backend',
    'archive: archive/old-backend',
    'branch: retire-old-backend',
    'remove: [old]',
    'keep: []',
    'ciJobs: []',
    'readme: { file: README.md, notes: It is gone. }',
    '',
  ].join('\n'),
  'service.yaml': `apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: web }
spec:
  template:
    spec:
      containerConcurrency: 80
      containers:
        - image: to-be-replaced
          resources: { limits: { cpu: "1", memory: 512Mi } }
`,
};

function planText(url: string): string {
  return `service: web
platform: { local: { url: "${url}" } }
stages:
  - { name: smoke, share: 0, hold: 10m }
  - { name: canary, share: 10, hold: 1h to 2h }
  - { name: full, share: 100, hold: 1h to 2h }
`;
}

async function ascent(...args: readonly string[]): Promise<Ran> {
  const { status, stdout, stderr } = await runAscent(args, { cwd: dir });
  return { status, stdout: settled(stdout, dir), stderr: settled(stderr, dir) };
}

const IMAGE = `web@sha256:${'ab'.repeat(32)}`;

test('deploy makes a revision that nobody reaches yet, and makes it once', async () => {
  const args = ['deploy', '--manifest', 'service.yaml', '--image', IMAGE, '--release', 'v1.2.0'];
  const first = await ascent(...args);
  expect(first).toMatchObject({ status: 0 });
  expect(first).toMatchSnapshot();
  expect(await ascent(...args)).toEqual(first);
  const json = await ascent(...args, '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ first: false });
});

test('backtest says what the plan would have done', async () => {
  const ran = await ascent(
    ...['backtest', '--points', 'points.jsonl'],
    ...['--stable', 'web-00001', '--candidate', 'web-00002'],
  );
  expect(ran).toMatchObject({ stderr: '' });
  expect(ran).toMatchSnapshot();
});

test('cost of a forecast, within its budget and above it', async () => {
  const forecast = ['--manifest', 'service.yaml', '--requests', '100000', '--latency', '3s'];
  const within = await ascent('cost', ...forecast);
  expect(within).toMatchObject({ status: 0 });
  expect(within).toMatchSnapshot();
  expect(await ascent('cost', ...forecast, '--budget', '0.01')).toMatchObject({ status: 4 });
});

test('load that the service keeps up with', async () => {
  const url = `http://127.0.0.1:${String((chat.address() as AddressInfo).port)}`;
  const short = ['--stages', '1s:3,1s:0', '--think', '100ms', '--p95', '30s'];
  const ran = await ascent('load', '--url', url, '--questions', 'questions.yaml', ...short);
  expect(ran.status, ran.stderr).toBe(0);
  // How many were asked, and how quickly they were answered, is this machine's.
  expect(
    ran.stdout.replaceAll(/\d+([.,]\d+)*( ms| s|ms|s)?\b/g, 'N').replaceAll(/ +/g, ' '),
  ).toMatchSnapshot();
});

test('retire says all that is missing, and changes nothing', async () => {
  const fresh = await startKnativeService('web');
  try {
    writeFileSync(join(dir, 'fresh.yaml'), planText(fresh.url));
    expect((await ascent('tick', '--plan', 'fresh.yaml')).status).toBe(0);
    const ran = await ascent('retire', '--plan', 'fresh.yaml', '--spec', 'retire.yaml');
    expect(ran.status).toBe(3);
    expect(ran).toMatchSnapshot();
  } finally {
    fresh.close();
  }
});

test('serve prints its page and a token, and ends in peace', async () => {
  const child = spawn(process.execPath, [bundle, 'serve', '--port', '0', '--interval', '1h'], {
    cwd: dir,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines: string[] = [];
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === 2) child.kill('SIGTERM');
  }
  expect(await exit).toEqual([0, null]);
  expect(
    settled(lines.join('\n'), dir).replace(/(token: )[\w-]{24}$/, '$1TOKEN'),
  ).toMatchSnapshot();
});

test('an answer that cannot be written is one line, and not a stack', async () => {
  const child = spawn(process.execPath, [bundle, 'status'], {
    cwd: dir,
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  });
  const exit = once(child, 'exit');
  // With a descriptor among the streams, their types are those of any child.
  const said = child.stderr === null ? '' : await text(child.stderr);
  expect(said).toMatch(/^ASC_OUTPUT_UNWRITTEN: .*ENOSPC.*ascent status\n$/);
  expect(await exit).toEqual([5, null]);
});
