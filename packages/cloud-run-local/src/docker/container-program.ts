/** The program of an instance as a container of a Docker engine. */
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import type { InstanceProcess, ProcessExit, StartProgram } from '../instances/instance-process.js';
import type { ResourceUsage } from '../instances/resource-usage.js';
import { memoryExceededMessage, type ResourceLimits } from '../instances/resource-limits.js';
import type { ContainerEnd, ContainerSpec, DockerEngine } from './docker-engine.js';
import { readFrames } from './output-frames.js';

/** The label every container of ours carries; its value is the data directory it belongs to. */
const ownerLabel = 'cloud-run-local.data';

const usageSchema = z.object({
  memory_stats: z.object({
    usage: z.number().optional(),
    stats: z.object({ inactive_file: z.number().optional() }).optional(),
  }),
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
});

/** The memory a program holds, as `docker stats` counts it: without files the kernel may drop. */
function toUsage(line: string): ResourceUsage | undefined {
  const { memory_stats: memory, cpu_stats: cpu } = usageSchema.parse(JSON.parse(line));
  if (memory.usage === undefined) return undefined;
  return {
    memoryBytes: memory.usage - (memory.stats?.inactive_file ?? 0),
    cpuSeconds: cpu.cpu_usage.total_usage / 1e9,
  };
}

/** A status above 128 is the signal that ended the program, as shells have it. */
function toExit({ code, outOfMemory }: ContainerEnd, limits: ResourceLimits): ProcessExit {
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  const signal = names.find(([, number]) => number === code - 128)?.[0] ?? null;
  const killedFor = outOfMemory ? memoryExceededMessage(limits) : undefined;
  return { code: signal === null ? code : null, signal, killedFor };
}

/** Ends the containers that an earlier run on this data directory left behind; returns how many. */
export async function removeOrphanContainers(
  engine: DockerEngine,
  dataDir: string,
): Promise<number> {
  const ids = await engine.list(`${ownerLabel}=${dataDir}`);
  await Promise.all(ids.map((id) => engine.remove(id)));
  return ids.length;
}

/** What every instance of a revision has in common. */
export type ContainerPlan = Omit<ContainerSpec, 'hostPort' | 'labels'> & {
  readonly dataDir: string;
};

/** How the containers of a revision are started. */
export function containerProgram(engine: DockerEngine, plan: ContainerPlan): StartProgram {
  const { dataDir, ...spec } = plan;
  return ({ port, onLine }): InstanceProcess => {
    const labels = { [ownerLabel]: dataDir };
    const running = engine.run({ ...spec, labels, hostPort: port });
    let usage: ResourceUsage | undefined;
    const followOutput = async (id: string): Promise<void> => {
      const output = await engine.output(id);
      output.on('data', readFrames(onLine));
      await finished(output);
    };
    const followUsage = async (id: string): Promise<void> => {
      const lines = createInterface({ input: await engine.usage(id) });
      for await (const line of lines) usage = toUsage(line) ?? usage;
    };
    const end = async (): Promise<ProcessExit> => {
      const id = await running;
      // A stream that breaks off loses lines or numbers; how the container ends is known all the same.
      const written = followOutput(id).catch(() => undefined);
      followUsage(id).catch(() => undefined);
      const ended = await engine.wait(id);
      await written;
      await engine.remove(id);
      return toExit(ended, plan);
    };
    const exited = end().catch((error: unknown) => ({
      code: null,
      signal: null,
      fault: error instanceof Error ? error.message : String(error),
    }));
    const signal = (name: 'SIGTERM' | 'SIGKILL') => (): void => {
      running.then((id) => engine.signal(id, name)).catch(() => undefined);
    };
    return {
      exited,
      terminate: signal('SIGTERM'),
      kill: signal('SIGKILL'),
      usage: () => usage,
      // The engine tells of an end some time after it: what cannot be known now is not claimed.
      isSurelyAlive: () => false,
    };
  };
}
