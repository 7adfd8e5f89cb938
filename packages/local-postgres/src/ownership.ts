import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that cannot be mistaken for a later one with the same number. */
interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot (`/proc/<pid>/stat`, field 22); empty where there is no /proc. */
  readonly startTime: string;
}

/**
 * Claims a data folder for this process. A claim of a process that has died (kill -9) is taken over; one of a living
 * process is an error, because its `stop()` would pull the server from under ours.
 */
export function claimDataDir(home: string): { readonly release: () => void } {
  const file = join(home, 'owner.json');
  const draft = join(home, `owner.${String(process.pid)}.json`);
  const self = identify(process.pid);
  for (let attempt = 0; attempt < 10; attempt++) {
    writeFileSync(draft, JSON.stringify(self));
    try {
      // A hard link appears whole or not at all, and never replaces another claim.
      linkSync(draft, file);
      return {
        release: () => {
          rmSync(file, { force: true });
        },
      };
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const owner = readOwner(file);
    if (owner && isAlive(owner)) {
      throw new Error(
        `The PostgreSQL in ${home} belongs to process ${String(owner.pid)}, which is running. Stop that one, or choose another data folder.`,
      );
    }
    rmSync(file, { force: true });
  }
  throw new Error(`Other processes keep claiming ${home}; choose another data folder.`);
}

/**
 * Stops a server that outlived its owner. The owner's death closes a pipe that stops the server by itself (see
 * `server.ts`); this is for the case that both were killed, or that the server is still shutting down.
 */
export async function stopOrphan(pgdata: string): Promise<boolean> {
  const pid = readPostmasterPid(pgdata);
  if (pid === undefined || !isServerOf(pid, pgdata)) return false;
  const fast = 'SIGINT';
  process.kill(pid, fast);
  for (let waitedMs = 0; isServerOf(pid, pgdata); waitedMs += 20) {
    if (waitedMs === 10_000) process.kill(pid, 'SIGQUIT');
    if (waitedMs > 15_000) throw new Error(`PostgreSQL ${String(pid)} of ${pgdata} does not stop.`);
    await delay(20);
  }
  return true;
}

/** Whether a server runs on this folder. */
export function isServerRunning(pgdata: string): boolean {
  const pid = readPostmasterPid(pgdata);
  return pid !== undefined && isServerOf(pid, pgdata);
}

/** The process number in the server's own lock file, if there is one. */
export function readPostmasterPid(pgdata: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Process numbers are reused: only one whose command line names this folder is our server. */
function isServerOf(pid: number, pgdata: string): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes(pgdata);
  } catch {
    // Without /proc (macOS) the server's own lock file is believed, as pg_ctl does.
    return process.platform !== 'linux' && isAlive({ pid, startTime: '' });
  }
}

function identify(pid: number): ProcessIdentity {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The program's name (field 2) may hold spaces and brackets; fields are counted after its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A process that was killed and not yet fetched by its parent (state Z) is dead, though its number is still taken.
    return { pid, startTime: fields[0] === 'Z' ? 'dead' : (fields[19] ?? '') };
  } catch {
    return { pid, startTime: '' };
  }
}

function isAlive(owner: ProcessIdentity): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false;
  }
  return identify(owner.pid).startTime === owner.startTime;
}

function readOwner(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
