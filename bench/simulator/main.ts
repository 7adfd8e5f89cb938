/**
 * How many four-day rollouts one core rehearses in a second: 5,760 steps each, one a minute, with the full evidence in
 * Cloud Run's 235 latency buckets, by the real controller, which reads and writes its record as text at every step.
 * Then where the time goes, part by part. `npm run bench:simulator` prints the table; `-- --write` commits it to
 * `bench/simulator.md`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import {
  advance,
  compilePlan,
  judge,
  observe,
  readRecord,
  writeRecord,
  type Rollout,
  type RolloutPlan,
  type TrafficPoint,
} from '@ascent/core';
import { cloudRunLayout, rehearse, scenarios, Users, healthyBehaviour } from '@ascent/simulator';
import { createPrng } from '@ascent/stats';
import { stepServices } from './services.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 1 h, 6 h, 24 h and 65 h: 96 hours, which are 5,760 steps of a minute. */
const input = {
  service: 'web',
  platform: { cloudRun: { project: 'dovvybuddy', region: 'us-central1' } },
  metrics: 'cloudMonitoring',
  stages: [
    { name: 'smoke', share: 0, hold: '1h' },
    { name: 'canary', share: 10, hold: '6h to 8h' },
    { name: 'half', share: 50, hold: '24h to 30h' },
    { name: 'full', share: 100, hold: '65h to 80h' },
  ],
  gates: {
    errorRate: { max: '1%', worseThanStableBy: '0.5%' },
    latencyP95: { max: '5s', worseThanStableBy: '25%' },
  },
  rollback: { errorRate: { above: '5%', for: '15m' }, latencyP95: { above: '10s', for: '15m' } },
  risk: { falseRollback: '1%', missedRegression: '10%' },
};

function compiled(): RolloutPlan {
  const result = compilePlan(input);
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

const plan = compiled();

/** CPU milliseconds that `work` takes, other processes of the machine left out. */
async function cpuMs(work: () => Promise<void> | void): Promise<number> {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
}

type Row = { readonly what: string; readonly cpuMs: number; readonly note: string };

/** The median of five, after three that warm the process up: who rehearses rehearses many. */
async function rollouts(requestsPerMinute: number, stepMs: number): Promise<Row> {
  const times: number[] = [];
  let note = '';
  for (let run = -3; run < 5; run += 1) {
    const { usedMs, outcome } = await rollout(requestsPerMinute, stepMs);
    if (run >= 0) times.push(usedMs);
    note = outcome;
  }
  times.sort((a, b) => a - b);
  const usedMs = times[2] ?? NaN;
  const step = stepMs === MINUTE ? 'minute' : `${String(stepMs / MINUTE)} minutes`;
  return {
    what: `four days at ${String(requestsPerMinute)} requests a minute, a step every ${step}`,
    cpuMs: usedMs,
    note: `${(1_000 / usedMs).toFixed(2)} a second; ${note}`,
  };
}

/** What a person waits for who rehearses once. */
async function firstRollout(): Promise<Row> {
  const { usedMs, outcome } = await rollout(60, MINUTE);
  const what = 'the same at 60, the first of a process, which is compiled meanwhile';
  return { what, cpuMs: usedMs, note: outcome };
}

async function rollout(
  requestsPerMinute: number,
  stepMs: number,
): Promise<{ readonly usedMs: number; readonly outcome: string }> {
  const scenario = scenarios.get('good');
  if (scenario === undefined) throw new Error('there is no scenario good');
  const demand = { requestsPerMinute, dailySwing: 0.6, peakMs: 15 * HOUR };
  let outcome = '';
  const usedMs = await cpuMs(async () => {
    const { ticks, writes, rollout } = await rehearse({ plan, scenario, seed: 1, demand, stepMs });
    outcome = `${String(ticks)} steps, ${String(writes)} writes, ${rollout.status.type}`;
  });
  return { usedMs, outcome };
}

/** A rollout at 10 %, eight hours in, and the ten minutes of points that a step re-reads at most. */
async function scene(): Promise<{
  readonly rollout: Rollout;
  readonly points: readonly TrafficPoint[];
}> {
  const scenario = scenarios.get('good');
  if (scenario === undefined) throw new Error('there is no scenario good');
  const demand = { requestsPerMinute: 60, dailySwing: 0, peakMs: 0 };
  const { rollout } = await rehearse({ plan, scenario, seed: 1, demand, longestMs: 6 * HOUR });
  const startMs = Math.ceil(rollout.evidence.watermarkMs / MINUTE) * MINUTE;
  const users = new Users({
    prng: createPrng(2),
    layout: cloudRunLayout,
    periodMs: MINUTE,
    startMs,
    requestsPerMinute: () => 60,
    behaviour: () => healthyBehaviour,
  });
  const { stable, candidate } = rollout;
  users.serve(
    startMs + 10 * MINUTE,
    new Map([
      [stable, 90],
      [candidate, 10],
    ]),
  );
  return { rollout, points: users.points(startMs, Infinity) };
}

async function parts(): Promise<readonly Row[]> {
  const { rollout, points } = await scene();
  const { evidence, stable, candidate, sharePercent } = rollout;
  const nowMs = evidence.watermarkMs + 15 * MINUTE;
  const observation = {
    nowMs,
    stable,
    candidate,
    points,
    youngestTrustedMs: nowMs,
    shareChangedMs: evidence.shareChangedMs,
  };
  // Two texts in turn: the last one read is remembered.
  const texts = ['a', 'b'].map((id) =>
    writeRecord({ version: 1, plan, stable, rollout: { ...rollout, id } }),
  );
  let turn = 0;
  const times = 300;
  const repeat = async (what: string, work: () => unknown, note: string): Promise<Row> => {
    for (let i = 0; i < 50; i += 1) work();
    const total = await cpuMs(() => {
      for (let i = 0; i < times; i += 1) work();
    });
    return { what, cpuMs: total / times, note };
  };
  return [
    await repeat(
      'observe: ten minutes of points into the evidence',
      () => observe(plan.gates, evidence, observation),
      `${String(points.length)} points; a loop reads each once, a new process 5.5 minutes on average`,
    ),
    await repeat(
      'judge: the verdict',
      () => judge(plan.gates, evidence, { nowMs, sharePercent }),
      'at every step',
    ),
    await repeat(
      'judge: the verdict with its reports and its sentence',
      () => JSON.stringify(judge(plan.gates, evidence, { nowMs, sharePercent })),
      'at every write, as text',
    ),
    await repeat(
      'readRecord',
      () => readRecord(texts[(turn += 1) % 2] ?? ''),
      `${String(texts[0]?.length)} bytes, once for each write`,
    ),
    await repeat(
      'writeRecord',
      () => writeRecord({ version: 1, plan, stable, rollout }),
      'at every write: one step of ten',
    ),
    await repeat(
      'advance: a delivery, which looks at nothing',
      () => advance(plan, rollout, { type: 'delivered', nowMs, keys: [], failed: [] }),
      'for scale',
    ),
  ];
}

/** The second of two runs: a controller is a process that has run before. */
async function manyServices(): Promise<Row> {
  const { rollout, points } = await scene();
  const middle = { plan, rollout, points };
  await stepServices(200, middle);
  const { tookMs, cpuMs: usedMs, writes } = await stepServices(1_000, middle);
  const note = `${tookMs.toFixed(0)} ms on the clock; records parsed, five minutes of points each; ${String(writes)} writes`;
  return { what: 'tick --all: one step of 1,000 services in mid-rollout', cpuMs: usedMs, note };
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, cpuMs: ms, note }) => {
    return `| ${what} | ${ms < 10 ? ms.toFixed(3) : ms.toFixed(0)} | ${note} |`;
  });
  return ['| what | CPU ms | |', '| --- | ---: | --- |', ...lines].join('\n');
}

const first = await firstRollout();
const rows = [
  await rollouts(10, MINUTE),
  await rollouts(60, MINUTE),
  first,
  await rollouts(60, 5 * MINUTE),
  await rollouts(1_000, MINUTE),
  await manyServices(),
  ...(await parts()),
];
const cpu = cpus()[0]?.model ?? 'unknown processor';
const text = `${table(rows)}\n\nCPU time of one process on ${cpu.trim()}, Node ${process.versions.node}.`;
process.stdout.write(`${text}\n`);
if (process.argv.includes('--write')) {
  const file = new URL('../../simulator.md', import.meta.url);
  const before = readFileSync(file, 'utf8');
  const [head = ''] = before.split('<!-- table -->');
  writeFileSync(file, `${head}<!-- table -->\n\n${text}\n`);
}
