/**
 * The load test of the requirements against the real backend on cloud-run-local, deployed as staging's manifest says.
 * Among the other tests it takes seconds; with LOAD_STAGES=2m:10,5m:50,2m:0 it is the requirements' own, and LOAD_RESULT
 * names the folder in which to keep the result (bench/load.md).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '@ascent/demo';
import { PROJECT, startDeployHouse, type DeployHouse } from '../deploy/house.js';

const SERVICE = 'dovvybuddy-backend-staging';
const stages = process.env['LOAD_STAGES'] ?? '3s:5,4s:10,2s:0';
const keepIn = process.env['LOAD_RESULT'];

type Percentiles = Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number>>;
type Result = {
  readonly requests: number;
  readonly errors: number;
  readonly passed: boolean;
  readonly latency: Percentiles;
  readonly lateness: Percentiles;
};

let house: DeployHouse;

beforeAll(async () => {
  house = await startDeployHouse();
  const plan = ['--plan', 'deploy/ascent.staging.yaml'];
  const manifest = ['--manifest', 'deploy/cloud-run-staging.yaml'];
  const image = ['--image', await house.image('1.0.0'), '--release', 'load'];
  const ran = await house.ascent('deploy', ...plan, ...manifest, ...image);
  expect(ran, ran.stderr).toMatchObject({ status: 0 });
});

afterAll(async () => {
  await house.dispose();
});

/** The requests that `list` has in it: the area under the users, at one question a second each. */
function requestsOf(list: string): number {
  let users = 0;
  return list.split(',').reduce((sum, stage) => {
    const [, time = '', unit, to = ''] = /^(\d+)([sm]):(\d+)$/.exec(stage) ?? [];
    const seconds = Number(time) * (unit === 'm' ? 60 : 1);
    const before = users;
    users = Number(to);
    return sum + ((before + users) / 2) * seconds;
  }, 0);
}

/** The most instances that Cloud Monitoring saw at once. */
async function mostInstances(from: Date): Promise<number> {
  const query = new URLSearchParams({
    filter: `metric.type="run.googleapis.com/container/instance_count" AND resource.labels.service_name="${SERVICE}"`,
    'interval.startTime': from.toISOString(),
    'interval.endTime': new Date().toISOString(),
    'aggregation.alignmentPeriod': '60s',
    'aggregation.perSeriesAligner': 'ALIGN_MAX',
    'aggregation.crossSeriesReducer': 'REDUCE_SUM',
  });
  const response = await fetch(`${house.apiUrl}/v3/projects/${PROJECT}/timeSeries?${query}`);
  const { timeSeries = [] } = (await response.json()) as {
    timeSeries?: { points: { value: { int64Value?: string; doubleValue?: number } }[] }[];
  };
  const values = timeSeries.flatMap(({ points }) =>
    points.map(({ value }) => Number(value.int64Value ?? value.doubleValue)),
  );
  return Math.max(...values);
}

test(`passes with ${stages}: P95 below 5 s, errors below 1 %, the pool never exhausted`, async () => {
  const from = new Date();
  const url = `${house.apiUrl}/run/${SERVICE}`;
  const questions = join(root, 'content/eval/conversations.yaml');
  const result = join(house.workDir, 'load');
  const ran = await house.ascent(
    ...['load', '--json', '--url', url, '--questions', questions],
    ...['--stages', stages, '--result', result],
  );
  expect(ran, ran.stderr + ran.stdout).toMatchObject({ status: 0 });
  const said = JSON.parse(ran.stdout) as Result;
  const expected = requestsOf(stages);
  expect(Math.abs(said.requests - expected)).toBeLessThanOrEqual(1);
  expect(said).toMatchObject({ passed: true, errors: 0 });
  const instances = await mostInstances(from);
  expect(instances).toBeGreaterThanOrEqual(1);
  expect(instances).toBeLessThanOrEqual(5);
  if (keepIn !== undefined) {
    const machine = { cores: cpus().length, load: loadavg(), node: process.version };
    await mkdir(keepIn, { recursive: true });
    await writeFile(
      join(keepIn, 'whole-load.json'),
      JSON.stringify({ stages, machine, instances, result: said }, null, 2),
    );
  }
}, 900_000);
