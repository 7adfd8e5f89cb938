/** A real Prometheus that reads small exporters five times a second. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How often it reads. */
export const SCRAPE_MS = 200;

/** A server on a free port that answers every request with the text of the moment. */
export async function startExporter(text: () => string): Promise<{ port: number; server: Server }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

/** A running Prometheus. */
export type PrometheusProcess = {
  readonly url: string;
  /** Values of an instant query, by the text of their labels. */
  readonly query: (promql: string) => Promise<readonly number[]>;
  readonly stop: () => Promise<void>;
};

/**
 * Starts Prometheus, which reads these exporters, and resolves once it answers.
 * @throws Error naming what is missing when the program is not installed.
 */
export async function startPrometheus(
  ...exporterPorts: readonly number[]
): Promise<PrometheusProcess> {
  const targets = exporterPorts.map((exporterPort) => `127.0.0.1:${exporterPort}`);
  const folder = await mkdtemp(join(tmpdir(), 'ascent-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  await writeFile(
    config,
    JSON.stringify({
      global: { scrape_interval: `${SCRAPE_MS}ms`, scrape_timeout: `${SCRAPE_MS}ms` },
      scrape_configs: [{ job_name: 'revisions', static_configs: [{ targets }] }],
    }),
  );
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await ended(child, () => child.kill('SIGKILL'));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(child, url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop, query: (promql) => instantQuery(url, promql) };
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  const failures: string[] = [];
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.on('error', (error: NodeJS.ErrnoException) => {
    failures.push(
      error.code === 'ENOENT'
        ? 'these tests need the program `prometheus`, which is not installed: apt-get install prometheus'
        : error.message,
    );
  });
  child.on('exit', (code) => failures.push(`prometheus ended with ${String(code)}: ${said}`));
  const giveUpMs = Date.now() + 20_000;
  while (Date.now() < giveUpMs) {
    if (failures[0] !== undefined) throw new Error(failures[0]);
    const answered = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await delay(50);
  }
  throw new Error('prometheus was started and does not answer');
}

async function instantQuery(url: string, promql: string): Promise<readonly number[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(promql)}`);
  const body = (await response.json()) as {
    readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
  return body.data.result.map(({ value }) => Number(value[1]));
}

async function ended(child: ChildProcess, kill: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    kill();
  });
}

async function freePort(): Promise<number> {
  const { port, server } = await startExporter(() => '');
  await new Promise((resolve) => server.close(resolve));
  return port;
}
