/**
 * Every instance is written down in `<data>/run/` while it lives, so that the next start can end what a
 * killed emulator left behind. Written synchronously: a process that is not written down yet could be lost.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStartTime } from './process-identity.js';

/** Sends a signal to a whole process group; a group that is gone is no fault. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}

/** The instances that live now, on disk. */
export class ProcessRegistry {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'run');
    mkdirSync(this.#folder, { recursive: true });
  }

  add(pid: number): void {
    writeFileSync(join(this.#folder, String(pid)), processStartTime(pid) ?? '');
  }

  remove(pid: number): void {
    rmSync(join(this.#folder, String(pid)), { force: true });
  }

  /** Kills what an earlier run left behind; returns the process ids it ended. */
  killOrphans(): readonly number[] {
    const killed: number[] = [];
    for (const file of readdirSync(this.#folder)) {
      const pid = Number(file);
      const startTime = readFileSync(join(this.#folder, file), 'utf8');
      if (startTime !== '' && processStartTime(pid) === startTime) {
        signalGroup(pid, 'SIGKILL');
        killed.push(pid);
      }
      this.remove(pid);
    }
    return killed;
  }
}
