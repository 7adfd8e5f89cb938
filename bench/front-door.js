/**
 * The front door of cloud-run-local beside nginx and HAProxy, as reverse proxies with the same weights (90/10)
 * before the same two upstreams, in one run on one machine.
 *
 * Two questions, two measurements:
 * - Requests per second of CPU: wrk saturates each proxy; the requests it answered are divided by the CPU time
 *   the proxy's own process took. On a machine that does other things as well, that is the number that stays.
 * - Added latency: 500 requests a second at even intervals, whether answers come or not; the quantiles with the
 *   proxy minus the quantiles without.
 *
 * The upstreams are nginx processes that answer 200 from memory, so that they are not what is measured. Run by
 * cloud-run-local they are an image like any other.
 *
 * Usage: npm run bench:front-door [-- --seconds 5 --rounds 5 --json]
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);
const connections = 32;
const steadyPerSecond = 500;
const program = fileURLToPath(
  new URL('../packages/cloud-run-local/dist/cloud-run-local.js', import.meta.url),
);
const folder = mkdtempSync(join(tmpdir(), 'front-door-'));
const children = [];

const firstPort = 18_400;
const ports = {
  upstreams: [firstPort, firstPort + 1],
  nginx: firstPort + 2,
  haproxy: firstPort + 3,
};

function requireTools() {
  const missing = ['nginx', 'haproxy', 'wrk'].filter((tool) => !which(tool));
  if (missing.length === 0) return;
  const packages = missing.map((tool) => (tool === 'nginx' ? 'nginx-light' : tool));
  if (process.getuid?.() !== 0 || !which('apt-get')) {
    throw new Error(`install ${missing.join(', ')} first: apt-get install ${packages.join(' ')}`);
  }
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', install, { stdio: 'ignore', env });
}

function which(tool) {
  return ['/usr/bin', '/usr/sbin', '/usr/local/bin'].some((dir) => existsSync(join(dir, tool)));
}

function start(command, args, stdio = 'ignore') {
  const child = spawn(command, args, { stdio });
  children.push(child);
  return child;
}

async function until(condition) {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('waited 10 s in vain');
}

function answers({ port, host = 'localhost' }) {
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', () => resolve(false))
      .end();
  });
}

/** One nginx process in the foreground; `body` is what stands in its http block. */
function nginxConfig(name, body) {
  const dir = join(folder, name);
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path ${dir}; proxy_temp_path ${dir}; fastcgi_temp_path ${dir}; uwsgi_temp_path ${dir}; scgi_temp_path ${dir};
  ${body}
}
`,
  );
  return file;
}

const answerServer = (port) =>
  `server { listen 127.0.0.1:${port}; location / { default_type application/json; return 200 '{"answer":"a diver plans the dive and dives the plan"}'; } }`;

async function startUpstreams() {
  for (const [index, port] of ports.upstreams.entries()) {
    start('nginx', ['-c', nginxConfig(`upstream-${index}`, answerServer(port))]);
    await until(() => answers({ port }));
  }
}

async function startNginx() {
  const [stable, candidate] = ports.upstreams;
  const body = `upstream service { server 127.0.0.1:${stable} weight=90; server 127.0.0.1:${candidate} weight=10; keepalive 64; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${ports.nginx}; location / {
    proxy_pass http://service; proxy_http_version 1.1; proxy_buffering off;
    proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto http; } }`;
  const child = start('nginx', ['-c', nginxConfig('proxy', body)]);
  await until(() => answers({ port: ports.nginx }));
  return { name: 'nginx', port: ports.nginx, pid: child.pid };
}

async function startHaproxy() {
  const [stable, candidate] = ports.upstreams;
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  option forwardfor
  http-reuse always
frontend door
  bind 127.0.0.1:${ports.haproxy}
  default_backend service
backend service
  balance random
  server stable 127.0.0.1:${stable} weight 90
  server candidate 127.0.0.1:${candidate} weight 10
`,
  );
  const child = start('haproxy', ['-db', '-f', file]);
  await until(() => answers({ port: ports.haproxy }));
  return { name: 'haproxy', port: ports.haproxy, pid: child.pid };
}

/** An image that is nginx: the same upstream, with the port it is told in PORT. */
function makeImage(dataDir) {
  const dir = join(folder, 'image');
  mkdirSync(dir, { recursive: true });
  const template = readFileSync(nginxConfig('template', answerServer('__PORT__')), 'utf8');
  writeFileSync(join(dir, 'nginx.conf.template'), template);
  writeFileSync(
    join(dir, 'run.sh'),
    `work=$(mktemp -d)\nsed -e "s#__PORT__#$PORT#" -e "s#${join(folder, 'template')}#$work#g" nginx.conf.template > $work/nginx.conf\nexec /usr/sbin/nginx -c $work/nginx.conf\n`,
  );
  writeFileSync(join(dir, 'image.json'), JSON.stringify({ Entrypoint: ['/bin/sh', 'run.sh'] }));
  const args = [program, 'image', 'build', dir, '--tag', 'upstream:1', '--data', dataDir];
  execFileSync(process.execPath, args, { stdio: 'ignore' });
}

async function callApi(base, operation, body) {
  const [method, path = ''] = operation.split(' ');
  const response = await fetch(
    `${base}/apis/serving.knative.dev/v1/namespaces/local/services${path}`,
    {
      method,
      ...(body && { body: JSON.stringify(body) }),
    },
  );
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

function service(revision, traffic) {
  const container = { image: 'upstream:1', env: [{ name: 'REVISION', value: revision }] };
  const annotations = {
    'autoscaling.knative.dev/minScale': '1',
    'autoscaling.knative.dev/maxScale': '1',
  };
  const template = {
    metadata: { name: revision, annotations },
    spec: { containerConcurrency: 1000, containers: [container] },
  };
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'bench' },
    spec: { template, ...(traffic && { traffic }) },
  };
}

async function startFrontDoor() {
  const dataDir = join(folder, 'data');
  makeImage(dataDir);
  const args = [program, 'start', '--port', '0', '--data', dataDir];
  const child = start(process.execPath, args, ['ignore', 'pipe', 'ignore']);
  const [line] = await new Promise((resolve) => {
    createInterface({ input: child.stdout }).once('line', (text) => resolve([text]));
  });
  const { url } = JSON.parse(line);
  const ready = () =>
    until(async () => {
      const { metadata, status } = await callApi(url, 'GET /bench');
      return (
        status.observedGeneration === metadata.generation &&
        status.conditions.every((condition) => condition.status === 'True')
      );
    });
  await callApi(url, 'POST', service('bench-stable'));
  await ready();
  const traffic = [
    { revisionName: 'bench-stable', percent: 90 },
    { revisionName: 'bench-candidate', percent: 10 },
  ];
  await callApi(url, 'PUT /bench', service('bench-candidate', traffic));
  await ready();
  const { status } = await callApi(url, 'GET /bench');
  const { hostname, port } = new URL(status.url);
  return { name: 'cloud-run-local', port: Number(port), host: hostname, pid: child.pid };
}

/** User and system CPU time of a process, in seconds. */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Saturates a target; requests a second, errors, and requests per second of the proxy's CPU. */
async function saturate({ port, host = 'localhost', pid }) {
  const before = pid && cpuSeconds(pid);
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-H', `Host: ${host}`];
  const wrk = start('wrk', [...args, `http://127.0.0.1:${port}/`], ['ignore', 'pipe', 'inherit']);
  let output = '';
  wrk.stdout.on('data', (chunk) => (output += chunk));
  await new Promise((resolve) => wrk.once('exit', resolve));
  const requests = Number(/(\d+) requests in/.exec(output)?.[1]);
  const errors = /Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)/.exec(output)?.[0] ?? 'none';
  const cpu = pid && cpuSeconds(pid) - before;
  return { perSecond: requests / seconds, perCpuSecond: cpu && requests / cpu, errors };
}

/** Asks at a steady rate, over kept connections; the latencies in milliseconds, sorted. */
async function steady({ port, host = 'localhost' }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const latencies = [];
  const ask = () =>
    new Promise((resolve, reject) => {
      const sentMs = performance.now();
      request({ host: '127.0.0.1', port, agent, headers: { host } }, (response) => {
        response.resume();
        response.once('end', () => {
          latencies.push(performance.now() - sentMs);
          resolve();
        });
      })
        .once('error', reject)
        .end();
    });
  const pending = [];
  const startedMs = performance.now();
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startedMs;
      const due = Math.min(elapsedMs, seconds * 1000) * (steadyPerSecond / 1000);
      while (pending.length < due) pending.push(ask());
      if (elapsedMs < seconds * 1000) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  await Promise.all(pending);
  agent.destroy();
  return latencies.sort((a, b) => a - b);
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** One round: both measurements of one target. */
async function measure(target) {
  const { perSecond, perCpuSecond, errors } = await saturate(target);
  const latencies = await steady(target);
  return {
    perSecond,
    perCpuSecond,
    errors,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

/** Throughput is the median of the rounds; a latency is the lowest, for what else runs can only add to it. */
function summarize(name, rounds) {
  const all = (field) => rounds.map((round) => round[field]).sort((a, b) => a - b);
  const median = (field) => all(field)[Math.floor(rounds.length / 2)];
  const errors = rounds.map((round) => round.errors).filter((error) => error !== 'none');
  return {
    name,
    perSecond: Math.round(median('perSecond')),
    perCpuSecond: Math.round(median('perCpuSecond')),
    p50Ms: all('p50Ms')[0],
    p99Ms: all('p99Ms')[0],
    errors: errors.length === 0 ? 'none' : errors.join('; '),
  };
}

function print(results) {
  const [direct, ...proxies] = results;
  const nginx = proxies.find(({ name }) => name === 'nginx');
  const ms = (value) => value.toFixed(2);
  const lines = [
    `${options.rounds} rounds of ${seconds} s with ${connections} connections and ${seconds} s at ${steadyPerSecond} requests/s; ${cpus().length} cores with a load of ${loadavg()[0].toFixed(1)}, Node.js ${process.version}`,
    '',
    '| | requests/s | requests per CPU second | against nginx | added P50 | added P99 | errors |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    `| no proxy | ${direct.perSecond} | | | (${ms(direct.p50Ms)} ms) | (${ms(direct.p99Ms)} ms) | ${direct.errors} |`,
    ...proxies.map(
      (proxy) =>
        `| ${proxy.name} | ${proxy.perSecond} | ${proxy.perCpuSecond} | ${(proxy.perCpuSecond / nginx.perCpuSecond).toFixed(2)} | ${ms(proxy.p50Ms - direct.p50Ms)} ms | ${ms(proxy.p99Ms - direct.p99Ms)} ms | ${proxy.errors} |`,
    ),
  ];
  process.stdout.write(options.json ? `${JSON.stringify(results)}\n` : `${lines.join('\n')}\n`);
}

try {
  requireTools();
  await startUpstreams();
  const targets = [{ name: 'no proxy', port: ports.upstreams[0] }];
  targets.push(await startNginx(), await startHaproxy(), await startFrontDoor());
  const rounds = targets.map(() => []);
  // In turns, so that what else the machine does meets them all alike.
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const [index, target] of targets.entries()) rounds[index].push(await measure(target));
  }
  print(targets.map(({ name }, index) => summarize(name, rounds[index])));
} finally {
  await Promise.all(
    children
      .filter((child) => child.exitCode === null && child.signalCode === null)
      .map((child) => {
        child.kill('SIGTERM');
        return new Promise((resolve) => child.once('exit', resolve));
      }),
  );
  rmSync(folder, { recursive: true, force: true });
}
