/**
 * The few calls to a Docker engine that running a container takes, over its Unix socket.
 * https://docs.docker.com/reference/api/engine/
 */
import { Agent, request, type IncomingMessage } from 'node:http';
import { z } from 'zod';

/** How a container is made. */
export interface ContainerSpec {
  readonly image: string;
  readonly entrypoint: readonly string[] | undefined;
  readonly cmd: readonly string[] | undefined;
  readonly workingDir: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The port the program listens on, and the port of this machine's loopback it is reached by. */
  readonly containerPort: number;
  readonly hostPort: number;
  readonly memoryBytes: number;
  readonly cpus: number;
}

/** An image the engine has. */
export interface EngineImage {
  /** `name@sha256:…` where a registry gave it one, `sha256:…` where it was built here. */
  readonly digestReference: string;
}

/** How a container ended. */
export interface ContainerEnd {
  readonly code: number;
  readonly outOfMemory: boolean;
}

/** Thrown when the engine refuses a call, in its own words. */
export class DockerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'DockerError';
    this.status = status;
  }
}

const faultSchema = z.object({ message: z.string() });
const imageSchema = z.object({ Id: z.string(), RepoDigests: z.array(z.string()).nullish() });
const pullLineSchema = z.object({ error: z.string().optional() });
const createdSchema = z.object({ Id: z.string() });
const waitSchema = z.object({ StatusCode: z.number() });
const containerSchema = z.object({ State: z.object({ OOMKilled: z.boolean() }) });
const listSchema = z.array(z.object({ Id: z.string() }));

/** How long the engine may take to say that it is there. */
const pingMs = 2000;

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function faultOf(status: number, text: string): DockerError {
  try {
    return new DockerError(status, faultSchema.parse(JSON.parse(text)).message);
  } catch {
    return new DockerError(status, `the Docker engine answered ${status}: ${text.slice(0, 200)}`);
  }
}

function createBody(spec: ContainerSpec): unknown {
  const port = `${spec.containerPort}/tcp`;
  return {
    Image: spec.image,
    // A command of one's own also replaces the image's arguments: the engine does it, as Kubernetes does.
    Entrypoint: spec.entrypoint,
    Cmd: spec.cmd,
    WorkingDir: spec.workingDir,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: spec.labels,
    ExposedPorts: { [port]: {} },
    // Cloud Run does not know the HEALTHCHECK of an image.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: String(spec.hostPort) }] },
      Memory: spec.memoryBytes,
      // The same number for memory and swap together: there is no swap beyond the limit.
      MemorySwap: spec.memoryBytes,
      NanoCpus: Math.round(spec.cpus * 1e9),
    },
  };
}

// divergence: docker
/** An engine that answers. */
export class DockerEngine {
  readonly #socketPath: string;
  readonly #agent = new Agent();
  #base = '';

  private constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /**
   * Finds out whether an engine listens there, and speaks the version of the API it prefers from then on.
   * @throws Error when none answers.
   */
  static async connect(socketPath: string): Promise<DockerEngine> {
    const engine = new DockerEngine(socketPath);
    const response = await engine.#open('GET', '/_ping', { timeoutMs: pingMs });
    response.resume();
    const version = response.headers['api-version'];
    if (typeof version !== 'string') throw new Error('what answers is no Docker engine');
    engine.#base = `/v${version}`;
    return engine;
  }

  /** An image the engine has, pulled if need be; undefined when no registry has it. */
  async findImage(reference: string): Promise<EngineImage | undefined> {
    const found = await this.#inspectImage(reference);
    if (found !== undefined) return found;
    return (await this.#pull(reference)) ? this.#inspectImage(reference) : undefined;
  }

  /** Makes and starts a container; returns its id. */
  async run(spec: ContainerSpec): Promise<string> {
    const { Id } = createdSchema.parse(
      await this.#call('POST', '/containers/create', { body: createBody(spec) }),
    );
    try {
      await this.#call('POST', `/containers/${Id}/start`);
    } catch (error) {
      await this.remove(Id);
      throw error;
    }
    return Id;
  }

  /** Resolves when a container has ended. */
  async wait(id: string): Promise<ContainerEnd> {
    const { StatusCode } = waitSchema.parse(await this.#call('POST', `/containers/${id}/wait`));
    const { State } = containerSchema.parse(await this.#call('GET', `/containers/${id}/json`));
    return { code: StatusCode, outOfMemory: State.OOMKilled };
  }

  /** Sends a signal; a container that has ended already is no fault. */
  async signal(id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#unlessGone(this.#call('POST', `/containers/${id}/kill?signal=${signal}`));
  }

  /** Takes a container away, ending it first if need be; one that is gone is no fault. */
  async remove(id: string): Promise<void> {
    await this.#unlessGone(this.#call('DELETE', `/containers/${id}?force=true&v=true`));
  }

  /** The ids of every container with this label, running or not. */
  async list(label: string): Promise<readonly string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    const found = await this.#call('GET', `/containers/json?all=true&filters=${filters}`);
    return listSchema.parse(found).map(({ Id }) => Id);
  }

  /** What a container writes, from its start until it ends, multiplexed. */
  output(id: string): Promise<IncomingMessage> {
    return this.#open('GET', `/containers/${id}/logs?follow=true&stdout=true&stderr=true`);
  }

  /** What a container uses, one JSON object about every second until it ends. */
  usage(id: string): Promise<IncomingMessage> {
    return this.#open('GET', `/containers/${id}/stats?stream=true`);
  }

  async #inspectImage(reference: string): Promise<EngineImage | undefined> {
    try {
      const answer = await this.#call('GET', `/images/${encodeURI(reference)}/json`);
      const { Id, RepoDigests } = imageSchema.parse(answer);
      return { digestReference: RepoDigests?.[0] ?? Id };
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Whether a registry had it. Some refusals come as a status, some at the end of a stream that began well. */
  async #pull(reference: string): Promise<boolean> {
    const path = `/images/create?fromImage=${encodeURIComponent(reference)}`;
    try {
      const lines = (await readText(await this.#open('POST', path))).trim().split('\n');
      return lines.every((line) => pullLineSchema.parse(JSON.parse(line)).error === undefined);
    } catch (error) {
      if (error instanceof DockerError) return false;
      throw error;
    }
  }

  /** 404: no such container; 409: it does not run any more, or is being removed. */
  async #unlessGone(call: Promise<unknown>): Promise<void> {
    try {
      await call;
    } catch (error) {
      if (!(error instanceof DockerError) || ![404, 409].includes(error.status)) throw error;
    }
  }

  async #call(method: string, path: string, options: { body?: unknown } = {}): Promise<unknown> {
    const text = await readText(await this.#open(method, path, options));
    return text === '' ? undefined : JSON.parse(text);
  }

  #open(
    method: string,
    path: string,
    { body, timeoutMs }: { body?: unknown; timeoutMs?: number } = {},
  ): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          socketPath: this.#socketPath,
          agent: this.#agent,
          method,
          path: `${this.#base}${path}`,
          headers: { host: 'docker', ...(text && { 'content-type': 'application/json' }) },
          ...(timeoutMs !== undefined && { timeout: timeoutMs }),
        },
        (response) => {
          const status = response.statusCode ?? 0;
          if (status < 400) resolve(response);
          else
            readText(response).then((fault) => {
              reject(faultOf(status, fault));
            }, reject);
        },
      );
      outgoing.once('timeout', () => outgoing.destroy(new Error('no answer')));
      outgoing.once('error', reject);
      outgoing.end(text);
    });
  }
}
