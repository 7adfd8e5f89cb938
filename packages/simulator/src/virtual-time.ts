/**
 * Time that passes only when everybody waits. Everything asynchronous in a trial waits here, so the order in which
 * things happen is a function of the seed: by time, and at the same time by who came first.
 */
import { setImmediate as everybodyWaits } from 'node:timers/promises';

type Task = { readonly atMs: number; readonly order: number; readonly run: () => void };

/** A clock and everything that is due. */
export class VirtualTime {
  readonly #tasks: Task[] = [];
  #order = 0;
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  /** True time, Unix milliseconds. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls `run` at that time, or at once if it has passed. */
  at(atMs: number, run: () => void): void {
    this.#order += 1;
    push(this.#tasks, { atMs: Math.max(atMs, this.#nowMs), order: this.#order, run });
  }

  /** Resolves after so many milliseconds of virtual time. */
  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.at(this.#nowMs + durationMs, resolve);
    });
  }

  /** Lets time pass until `untilMs`, or until `done` says so. What every step wakes runs to its next wait first. */
  async run(untilMs: number, done: () => boolean): Promise<void> {
    await everybodyWaits();
    while (!done()) {
      const next = this.#tasks[0];
      if (next === undefined || next.atMs > untilMs) break;
      pop(this.#tasks);
      this.#nowMs = next.atMs;
      next.run();
      await everybodyWaits();
    }
    if (!done()) this.#nowMs = Math.max(this.#nowMs, untilMs);
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** A binary heap: the first task is the next one due. */
function push(tasks: Task[], task: Task): void {
  let at = tasks.length;
  tasks.push(task);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = tasks[above];
    if (parent === undefined || isBefore(parent, task)) break;
    tasks[at] = parent;
    at = above;
  }
  tasks[at] = task;
}

function pop(tasks: Task[]): void {
  const last = tasks.pop();
  if (last === undefined || tasks.length === 0) return;
  let at = 0;
  for (;;) {
    const left = tasks[2 * at + 1];
    if (left === undefined) break;
    const right = tasks[2 * at + 2];
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (isBefore(last, child)) break;
    tasks[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  tasks[at] = last;
}
