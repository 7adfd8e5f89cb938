/**
 * The alert drill of the requirements: the two revisions of a service on cloud-run-local get into four troubles at once,
 * and out of them. The controller is `ascent serve` with the alerts, limits and channels of `deploy/ascent.yaml`; only the
 * rules' durations are shorter. What is asserted is what arrives in Slack and in the mailbox.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundles, root, startChild, type Child } from '@ascent/demo';
import { parse, stringify } from 'yaml';
import { PROJECT, runNode, startDeployHouse, type DeployHouse } from './house.js';
import { startReceivers, type Receivers } from './receivers.js';

const SERVICE = 'dovvybuddy-backend';
const IMAGE = 'us-central1-docker.pkg.dev/dovvybuddy/dovvybuddy/incident:1';
/** Minutes of the rules become seconds. */
const SHORTENED_BY = 60;
const REQUEST_EVERY_MS = 100;

/** Rule by rule: who is told, and what the sentence says. */
const rules = [
  {
    name: 'high-error-rate',
    slack: true,
    says: /critical\): the error rate of \S+ is [\d.]+ % and has been above 5 % for 5s/,
  },
  {
    name: 'high-latency',
    slack: true,
    says: /warning\): the P95 latency of \S+ is 1[\d.]+ s and has been above 10 s for 5s/,
  },
  {
    name: 'high-cpu',
    slack: false,
    says: /warning\): the CPU utilization of \S+ is [\d.]+ % and has been above 80 % for 10s/,
  },
  {
    name: 'high-memory',
    slack: false,
    says: /critical\): the memory utilization of \S+ is [\d.]+ % and has been above 90 % for 10s/,
  },
] as const;

type Plan = {
  readonly stages: readonly { readonly name: string; readonly share?: number }[];
  readonly alerts: readonly { readonly for: string }[];
};
type Manifest = {
  readonly spec: { readonly template: { readonly spec: { containers: readonly object[] } } };
};

let house: DeployHouse;
let receivers: Receivers;
let controller: Child | undefined;
let stopTraffic: () => Promise<void> = () => Promise.resolve();

async function readDeploy<T>(name: string): Promise<T> {
  return parse(await readFile(join(root, 'deploy', name), 'utf8')) as T;
}

/** The plan of production, on this machine. Its first stage lasts an hour, so nothing but the alerts happens. */
async function drillPlan(): Promise<string> {
  const plan = await readDeploy<Plan>('ascent.yaml');
  const file = join(house.workDir, 'drill.yaml');
  await writeFile(
    file,
    stringify({
      ...plan,
      platform: { local: { url: house.apiUrl, project: PROJECT } },
      metrics: { cloudMonitoring: { samplePeriod: '1s', visibilityDelay: '1s' } },
      stages: [
        { name: 'smoke', share: 0, hold: '1h' },
        { name: 'full', share: 100, hold: '1h' },
        { name: 'retire', after: '7d' },
      ],
      scenarios: undefined,
      alerts: plan.alerts.map((alert) => ({ ...alert, for: shortened(alert.for) })),
    }),
  );
  return file;
}

/** Where a revision reads what it suffers from. */
function incidentOf(release: string): string {
  return join(house.workDir, `incident-${release}.json`);
}

/** Deploys the service that can suffer, with production's manifest but for what `change` makes of its template. */
async function deployIncident(plan: string, release: string, change: object = {}): Promise<void> {
  const manifest = await readDeploy<Manifest>('cloud-run-production.yaml');
  const { template } = manifest.spec;
  const [container] = template.spec.containers;
  const env = [{ name: 'INCIDENT', value: incidentOf(release) }];
  const spec = { ...template.spec, containers: [{ ...container, env, ...change }] };
  // An instance with less than a vCPU takes one request at a time: Cloud Run's rule.
  if ('resources' in change) Object.assign(spec, { containerConcurrency: 1 });
  const file = join(house.workDir, `${release}.yaml`);
  await writeFile(file, stringify({ ...manifest, spec: { template: { ...template, spec } } }));
  const args = ['--manifest', file, '--image', IMAGE, '--allow-tag', '--release', release];
  const ran = await house.ascent('deploy', '--plan', plan, ...args);
  expect(ran, ran.stderr).toMatchObject({ status: 0 });
}

function shortened(minutes: string): string {
  const [, count] = /^(\d+)m$/.exec(minutes) ?? [];
  if (count === undefined) throw new Error(`${minutes} is not in minutes`);
  return `${(Number(count) * 60) / SHORTENED_BY}s`;
}

/** Asks the service steadily, whether or not it answers. */
function startTraffic(url: string): () => Promise<void> {
  const abort = new AbortController();
  const open = new Set<Promise<unknown>>();
  const timer = setInterval(() => {
    const asked = fetch(url, { signal: abort.signal })
      .then((response) => response.text())
      .catch(() => null)
      .finally(() => open.delete(asked));
    open.add(asked);
  }, REQUEST_EVERY_MS);
  return async () => {
    clearInterval(timer);
    abort.abort();
    await Promise.all(open);
  };
}

/** Waits for messages; what did arrive is said where they do not come. */
async function until(seen: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (!seen()) {
    if (Date.now() > deadlineMs) throw new Error(JSON.stringify(receivers, null, 2));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const mailsWith = (text: string): readonly string[] =>
  receivers.mails.map((mail) => mail.text).filter((each) => each.includes(text));
const slackWith = (text: string): readonly string[] =>
  receivers.slack.filter((each) => each.includes(text));

beforeAll(async () => {
  house = await startDeployHouse();
  receivers = await startReceivers();
  const images = ['--tag', IMAGE, '--data', join(house.workDir, 'cloud-run-local')];
  const folder = join(root, 'tests/deploy/incident');
  await runNode(root, [bundles.cloudRunLocal, 'image', 'build', folder, ...images]);
  const plan = await drillPlan();
  await deployIncident(plan, 'stable');
  const adopted = await house.ascent('tick', '--plan', plan);
  expect(adopted, adopted.stderr).toMatchObject({ status: 0 });
  // So small that a busy machine, too, can keep it above 80 % of its vCPU.
  await deployIncident(plan, 'candidate', {
    resources: { limits: { cpu: '0.1', memory: '512Mi' } },
  });
  stopTraffic = startTraffic(`${house.apiUrl}/run/${SERVICE}/`);
  controller = await startChild({
    name: 'the controller',
    script: bundles.ascent,
    args: [
      ...['serve', '--json', '--plan', plan, '--port', '0', '--interval', '500ms'],
      ...['--journal', join(house.workDir, 'journal')],
    ],
    env: receivers.env,
    logFile: join(house.workDir, 'log/controller.log'),
  });
});

afterAll(async () => {
  await stopTraffic();
  await controller?.stop();
  await receivers.close();
  await house.dispose();
});

test('each of the four rules fires and is over again, told to whom the plan says, once', async () => {
  await until(() => slackWith('rollout begins').length > 0);
  expect(mailsWith('Alert ')).toEqual([]);

  const beganMs = Date.now();
  await writeFile(incidentOf('stable'), JSON.stringify({ failing: true, slow: true }));
  await writeFile(incidentOf('candidate'), JSON.stringify({ busy: true, holding: true }));
  const seen = new Map<string, number>();
  await until(() => {
    for (const { name } of rules) {
      const told = mailsWith(`Alert ${name} (`).length > 0;
      if (told && !seen.has(name)) seen.set(name, Date.now() - beganMs);
    }
    return seen.size === rules.length;
  });
  await Promise.all(['stable', 'candidate'].map((release) => rm(incidentOf(release))));
  const overMs = Date.now();
  await until(() => mailsWith(' is over after ').length >= rules.length);
  process.stdout.write(
    `alert drill: told after ${rules.map(({ name }) => `${name} ${seen.get(name) ?? 0} ms`).join(', ')}; all over ${Date.now() - overMs} ms after the trouble\n`,
  );

  for (const { name, slack, says } of rules) {
    const fired = mailsWith(`Alert ${name} (`);
    expect(fired, name).toHaveLength(1);
    expect(fired[0]).toMatch(says);
    expect(mailsWith(`Alert ${name} is over after `), name).toHaveLength(1);
    expect(slackWith(`Alert ${name} (`), name).toHaveLength(slack ? 1 : 0);
    expect(slackWith(`Alert ${name} is over after `), name).toHaveLength(slack ? 1 : 0);
  }
  expect(new Set(receivers.mails.flatMap(({ to }) => to))).toEqual(
    new Set(['oncall@dovvybuddy.com']),
  );
}, 180_000);

test('after the promotion, too: the new stable revision gets into trouble and out of it, and people are told', async () => {
  const plan = ['--plan', join(house.workDir, 'drill.yaml')];
  const promoted = await house.ascent('promote', ...plan, '--reason', 'drill');
  expect(promoted, promoted.stderr).toMatchObject({ status: 0 });
  const before = mailsWith('Alert ').length;
  const news = (): readonly string[] => mailsWith('Alert ').slice(before);
  await writeFile(incidentOf('candidate'), JSON.stringify({ failing: true }));
  await until(() => news().length > 0);
  await rm(incidentOf('candidate'));
  await until(() => news().some((mail) => mail.includes('is over after')));
  const [fired, over] = news();
  expect(fired).toMatch(
    /Alert high-error-rate \(critical\): the error rate of \S+-candidate-\S+ is/,
  );
  expect(over).toContain('Alert high-error-rate is over after');
  expect(slackWith('Alert high-error-rate is over after ')).toHaveLength(2);
}, 180_000);
