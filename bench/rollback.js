// How long `ascent rollback` and `ascent status` take from the start of their process to its end, against cloud-run-local
// on this machine: ten rollouts at 10 %, at each one status and one rollback. `node bench/rollback.js` prints the table,
// `-- --write` puts it into rollback.md.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const RUNS = 10;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const emulator = join(root, 'packages/cloud-run-local/dist/cloud-run-local.js');
const ascent = join(root, 'packages/cli/dist/ascent.js');
const image = 'us-central1-docker.pkg.dev/p/r/greeter:1';
const folder = mkdtempSync(join(tmpdir(), 'ascent-bench-'));

// The CPU time of a process is nearly the same whatever else the machine does.
const meter =
  'data:text/javascript,import{writeSync}from"node:fs";process.on("exit",()=>{const{user,system}=process.cpuUsage();writeSync(2,`CPU${(user+system)/1000}\\n`)})';

function run(args, { wanted = 0 } = {}) {
  const fromMs = performance.now();
  const ran = spawnSync(process.execPath, ['--import', meter, ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
  const tookMs = performance.now() - fromMs;
  if (ran.status !== wanted) throw new Error(`${args.join(' ')}: ${ran.stderr}`);
  const cpuMs = Number(/^CPU([\d.]+)$/m.exec(ran.stderr)?.[1]);
  return { tookMs, cpuMs, stdout: ran.stdout };
}

async function deploy(api, version) {
  const present = await fetch(`${api}/services/web`);
  const template = {
    spec: { containers: [{ image, env: [{ name: 'VERSION', value: version }] }] },
  };
  const kind = { apiVersion: 'serving.knative.dev/v1', kind: 'Service' };
  const isNew = present.status === 404;
  const before = isNew ? { ...kind, metadata: { name: 'web' }, spec: {} } : await present.json();
  const answer = await fetch(isNew ? `${api}/services` : `${api}/services/web`, {
    method: isNew ? 'POST' : 'PUT',
    body: JSON.stringify({ ...before, spec: { ...before.spec, template } }),
  });
  if (answer.status !== 200) throw new Error(await answer.text());
  for (;;) {
    const { status } = await (await fetch(`${api}/services/web`)).json();
    const { latestCreatedRevisionName: created, latestReadyRevisionName: ready } = status;
    if (created === ready && created !== before.status?.latestCreatedRevisionName) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function measure(url) {
  const api = `${url}/apis/serving.knative.dev/v1/namespaces/local`;
  const stages = [
    { name: 'smoke', share: 0, hold: '1h' },
    { name: 'canary', share: 10, hold: '1h' },
    { name: 'full', share: 100, hold: '1h' },
  ];
  const plan = { service: 'web', platform: { local: { url } }, stages };
  writeFileSync(join(folder, 'ascent.yaml'), JSON.stringify(plan));
  await deploy(api, '0');
  run([ascent, 'tick']);
  const [statuses, rollbacks] = [[], []];
  for (let version = 1; version <= RUNS; version += 1) {
    await deploy(api, String(version));
    const settled = () =>
      JSON.parse(run([ascent, 'tick', '--json']).stdout).record.rollout?.stageSettledMs ?? null;
    while (settled() === null);
    run([ascent, 'skip', '--reason', 'bench']);
    statuses.push(run([ascent, 'status']));
    rollbacks.push(run([ascent, 'rollback', '--reason', 'bench']));
    const { spec } = await (await fetch(`${api}/services/web`)).json();
    const served = spec.traffic.filter(({ percent }) => percent > 0);
    if (served.length !== 1 || served[0].percent !== 100) throw new Error('users were left behind');
  }
  return { statuses, rollbacks };
}

function row(what, all) {
  const columns = ['tookMs', 'cpuMs'].flatMap((key) => {
    const sorted = all.map((one) => one[key]).toSorted((a, b) => a - b);
    return [(sorted[4] + sorted[5]) / 2, sorted.at(-1)];
  });
  return `| ${what} | ${columns.map((ms) => ms.toFixed(0)).join(' | ')} |`;
}

run([
  emulator,
  'image',
  'build',
  join(root, 'packages/platform/test/fixtures/greeter'),
  '--tag',
  image,
  '--data',
  folder,
]);
const child = spawn(process.execPath, [emulator, 'start', '--port', '0', '--data', folder], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
try {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { url } = JSON.parse((await lines.next()).value);
  const [load] = loadavg();
  const { statuses, rollbacks } = await measure(url);
  const bare = Array.from({ length: RUNS }, () => run(['-e', '0']));
  const text = [
    '| what | median ms | worst ms | median CPU ms | worst CPU ms |',
    '| --- | ---: | ---: | ---: | ---: |',
    row('`ascent rollback`, process start included', rollbacks),
    row('`ascent status`, likewise', statuses),
    row('Node starting and doing nothing', bare),
    '',
    `${RUNS} runs on ${cpus().length} cores of ${cpus()[0].model.trim()}, Node ${process.versions.node}; load average ${load.toFixed(1)} before it.`,
  ].join('\n');
  process.stdout.write(`${text}\n`);
  if (process.argv.includes('--write')) {
    const file = new URL('./rollback.md', import.meta.url);
    const [head] = readFileSync(file, 'utf8').split('<!-- table -->');
    writeFileSync(file, `${head}<!-- table -->\n\n${text}\n`);
  }
} finally {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
