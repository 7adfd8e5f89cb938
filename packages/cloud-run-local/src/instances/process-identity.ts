/**
 * A process id is used again after its process has ended; id and start time together are not. That is how a
 * process of an earlier run is told from a stranger that has its number now.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

function readStartTimeLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses and may hold anything; field 22 is the start in ticks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function readStartTimePs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** When a living process began, in whatever unit the system counts; undefined when there is none. */
export function processStartTime(pid: number): string | undefined {
  return process.platform === 'linux' ? readStartTimeLinux(pid) : readStartTimePs(pid);
}
