/**
 * One process of an instance: spawned as the leader of its own process group, so that everything it starts
 * ends with it; and on Linux told by the kernel to die with the emulator (`setpriv --pdeathsig`), which
 * even `kill -9` of the emulator cannot prevent.
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { splitLines } from '../logging/line-splitter.js';
import type { Command } from './command.js';
import type { CpuLimiter } from './cpu-limiter.js';
import { processStartTime } from './process-identity.js';
import { signalGroup, type ProcessRegistry } from './process-registry.js';
import { readUsage, type ResourceUsage } from './resource-usage.js';

/** Which of a process's outputs a line came from. */
export type OutputStream = 'stdout' | 'stderr';

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when the program could not be started at all. */
  readonly fault?: string;
  /** Set when it was ended for breaking a limit: what Cloud Run says of that. */
  readonly killedFor?: string | undefined;
}

/** The running program of an instance. */
export interface InstanceProcess {
  readonly exited: Promise<ProcessExit>;
  /** What it uses now; undefined while that is not known. */
  readonly usage: () => ResourceUsage | undefined;
  /** True only if it is known to live at this moment. */
  readonly isSurelyAlive: () => boolean;
  /** SIGTERM to the program alone, as a container's first process gets it. */
  readonly terminate: () => void;
  /** SIGKILL to the program and everything it started. */
  readonly kill: () => void;
}

/** What a program is started with, besides what all instances of its revision have in common. */
export interface Launch {
  /** The port of this machine's loopback by which it shall be reached. */
  readonly port: number;
  readonly onLine: (stream: OutputStream, line: string) => void;
}

/** Starts the program of one instance. */
export type StartProgram = (launch: Launch) => InstanceProcess;

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

function spawnCommand({ file, args, cwd, env }: Command): ChildProcess {
  const options: SpawnOptions = {
    cwd,
    env: { ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  };
  return process.platform === 'linux' && setpriv !== undefined
    ? spawn(setpriv, ['--pdeathsig', 'KILL', '--', file, ...args], options)
    : spawn(file, [...args], options);
}

function followOutput(child: ChildProcess, onLine: Launch['onLine']): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const { push, end } = splitLines((line) => {
      onLine(stream, line);
    });
    child[stream]?.on('data', push).once('end', end);
  }
}

/** Who keeps an eye on the processes of a revision. */
export interface ProcessWardens {
  /** Each is in it for as long as it lives. */
  readonly registry: ProcessRegistry;
  /** Holds each to so many CPUs; undefined where limits are not enforced. */
  readonly cpuLimiter: CpuLimiter | undefined;
  readonly cpus: number;
}

/** How the processes of a revision are started. */
export function processProgram(command: Command, wardens: ProcessWardens): StartProgram {
  return ({ port, onLine }) => {
    const env = { ...command.env, PORT: String(port) };
    return startProcess({ ...command, env }, wardens, onLine);
  };
}

function startProcess(
  command: Command,
  { registry, cpuLimiter, cpus }: ProcessWardens,
  onLine: Launch['onLine'],
): InstanceProcess {
  const child = spawnCommand(command);
  const { pid } = child;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('error', (error) => {
      // The system blames the program for a missing directory too.
      const fault = existsSync(command.cwd)
        ? error.message
        : `the working directory ${command.cwd} is not there`;
      resolve({ code: null, signal: null, fault });
    });
    child.once('exit', (code, signal) => {
      if (pid !== undefined) {
        // What the program started does not outlive it, as in a container.
        signalGroup(pid, 'SIGKILL');
        registry.remove(pid);
        cpuLimiter?.release(pid);
      }
      resolve({ code, signal });
    });
  });
  try {
    if (pid !== undefined) {
      registry.add(pid);
      cpuLimiter?.hold(pid, cpus);
    }
    followOutput(child, onLine);
  } catch (error) {
    // Nobody would follow it: such as where the disk is full, and it cannot be written down.
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    throw error;
  }
  return {
    exited,
    usage: () => (pid === undefined ? undefined : readUsage(pid)),
    isSurelyAlive: () => pid !== undefined && processStartTime(pid) !== undefined,
    terminate: () => child.kill('SIGTERM'),
    kill: () => {
      if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    },
  };
}
