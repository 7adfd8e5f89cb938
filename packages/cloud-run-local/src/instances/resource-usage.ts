/**
 * What an instance uses, read from /proc: the memory it holds and the CPU time it has had, its children
 * included. Linux only; elsewhere nothing is known, and no limit is enforced.
 */
import { readFileSync } from 'node:fs';

/** Memory now, and CPU time since the start. */
export interface ResourceUsage {
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

/** Linux counts CPU time in ticks of 10 ms (USER_HZ) and memory in pages of 4 KiB on the machines we run on. */
const ticksPerSecond = 100;
const pageBytes = 4096;

function readChildren(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}

function readOne(pid: number): ResourceUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { memoryBytes: Number(fields[21]) * pageBytes, cpuSeconds: ticks / ticksPerSecond };
  } catch {
    return undefined;
  }
}

/** The usage of a process and all it started; undefined when it is gone or the system does not tell. */
export function readUsage(pid: number): ResourceUsage | undefined {
  const own = readOne(pid);
  if (own === undefined) return undefined;
  return readChildren(pid)
    .map(readUsage)
    .filter((usage) => usage !== undefined)
    .reduce(
      (total, usage) => ({
        memoryBytes: total.memoryBytes + usage.memoryBytes,
        cpuSeconds: total.cpuSeconds + usage.cpuSeconds,
      }),
      own,
    );
}
