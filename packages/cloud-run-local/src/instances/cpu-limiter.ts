/**
 * Holds processes to their CPU limits by control groups of the Linux kernel, where this user may make some: version 2
 * (https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files), or version 1 on older machines.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Over which time a limit is kept, in microseconds; the kernel's own default. */
const periodUs = 100_000;
/** The least the kernel takes. */
const quotaUsMin = 1000;
const prefix = 'cloud-run-local-';

function contains(file: string, word: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').split(/\s+/).includes(word);
}

/** Removes an empty group; one that still holds a dying process stays until the next try. */
function removeGroup(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Busy, or gone already.
  }
}

/** Removes a group and those below it; files in it are the kernel's and need not be removed. */
function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(folder, entry.name));
  }
  removeGroup(folder);
}

/** The group of this emulator, with one below it for each process. */
export class CpuLimiter {
  readonly #group: string;
  readonly #isVersion2: boolean;

  private constructor(base: string, isVersion2: boolean) {
    this.#isVersion2 = isVersion2;
    // Groups of emulators that were killed; those of living ones are busy.
    for (const name of readdirSync(base)) {
      if (name.startsWith(prefix)) removeTree(join(base, name));
    }
    this.#group = join(base, `${prefix}${process.pid}`);
    this.#makeGroup();
  }

  /** @throws Error saying why processes cannot be held to their limits on this machine. */
  static open(root = '/sys/fs/cgroup'): CpuLimiter {
    try {
      if (contains(join(root, 'cgroup.controllers'), 'cpu')) {
        const control = join(root, 'cgroup.subtree_control');
        if (!contains(control, 'cpu')) writeFileSync(control, '+cpu');
        return new CpuLimiter(root, true);
      }
      const version1 = join(root, 'cpu');
      if (existsSync(join(version1, 'cgroup.procs'))) return new CpuLimiter(version1, false);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`CPU limits cannot be enforced: ${reason}`, { cause: error });
    }
    throw new Error(`CPU limits cannot be enforced: ${root} has no cpu controller`);
  }

  /** From now on the process, and all it starts, have no more than this. */
  hold(pid: number, cpus: number): void {
    this.#makeGroup();
    const folder = this.#folderOf(pid);
    const quota = String(Math.max(quotaUsMin, Math.round(cpus * periodUs)));
    mkdirSync(folder, { recursive: true });
    if (this.#isVersion2) writeFileSync(join(folder, 'cpu.max'), `${quota} ${periodUs}`);
    else {
      writeFileSync(join(folder, 'cpu.cfs_period_us'), String(periodUs));
      writeFileSync(join(folder, 'cpu.cfs_quota_us'), quota);
    }
    try {
      writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    } catch {
      // The process has ended already.
    }
  }

  /** The process has ended. */
  release(pid: number): void {
    removeGroup(this.#folderOf(pid));
  }

  /** Every process has ended. */
  close(): void {
    removeTree(this.#group);
  }

  /** Another emulator that starts takes away what is empty, this group included. */
  #makeGroup(): void {
    if (existsSync(this.#group)) return;
    mkdirSync(this.#group);
    if (this.#isVersion2) writeFileSync(join(this.#group, 'cgroup.subtree_control'), '+cpu');
  }

  #folderOf(pid: number): string {
    return join(this.#group, String(pid));
  }
}
