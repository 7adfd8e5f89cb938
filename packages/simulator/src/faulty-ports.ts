/**
 * The world of one turn, as bad as the weather: every call takes time, may be refused, may take effect without an
 * answer, and may be the last one its process makes. All awaits of the controller are such calls, so a crash between any
 * two of its steps is a crash before or after one of them.
 */
import type { World } from '@ascent/controller';
import { AscentError, type ServiceChange, type ServiceView, type WriteOutcome } from '@ascent/core';
import type { Chance } from './chance.js';
import type { Turn } from './ledger.js';
import type { VirtualTime } from './virtual-time.js';
import type { Weather } from './weather.js';

/** The process a turn belongs to: once it has crashed, nothing it waits for ever arrives. */
export type Process = { isAlive: boolean; readonly crash: () => void };

/** The world behind the faults: immediate and true. */
export type TrueWorld = {
  readonly view: () => ServiceView;
  /** An earlier view, for reads that lag behind. */
  readonly staleView: () => ServiceView;
  readonly write: (turn: Turn, view: ServiceView, change: ServiceChange) => WriteOutcome;
  readonly metrics: World['metrics']['read'] extends (q: infer Q) => Promise<infer A>
    ? (question: Q) => A
    : never;
  readonly smoke: (...args: Parameters<World['smoke']>) => Awaited<ReturnType<World['smoke']>>;
  readonly deliver: (...args: Parameters<World['deliver']>) => void;
};

/** What a turn's world is made of. */
export type FaultyPortsOptions = {
  readonly time: VirtualTime;
  readonly chance: Chance;
  /** The weather at the moment of a call. */
  readonly weather: () => Weather;
  readonly process: Process;
  /** The turn that a call belongs to; a loop's changes from step to step. */
  readonly turn: (kind: Turn['calls'][number]) => Turn;
  readonly now: () => number;
  readonly truth: TrueWorld;
};

/** How long the adapters wait before they call an answer lost (`platform`, `metrics`). */
const DEADLINE_MS = 30_000;
const SMOKE_MS = 5_000;
/** How late a write that was given up can still land. */
const LATE_LANDING_MS = 240_000;

/** Read anew each time: a process dies while others wait. */
function isGone({ isAlive }: Process): boolean {
  return !isAlive;
}

/** Never settles: the process that waited is gone. */
function gone<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

type Call<T> = {
  readonly kind: Turn['calls'][number];
  readonly perform: () => T;
  /** Probability that nothing happens, and that it happens without an answer. */
  readonly refused: number;
  readonly answerLost: number;
  readonly landsLate: number;
  readonly fail: () => T;
};

/** The world of one turn. */
export function createFaultyPorts(options: FaultyPortsOptions): World {
  const { truth, weather, turn, chance, now } = options;
  return {
    service: createService(options),
    metrics: {
      read: async (question) => {
        const answer = await perform(options, {
          ...reliable,
          kind: 'metrics',
          perform: () => truth.metrics(question),
        });
        turn('metrics').sight = answer.type;
        return answer;
      },
    },
    smoke: async (checks, baseUrl) => {
      const blip = chance.happens(weather().smokeBlip);
      await options.time.sleep(chance.whole(100, SMOKE_MS));
      return await perform(options, {
        ...reliable,
        kind: 'smoke',
        perform: () => (blip ? blipOf(checks) : truth.smoke(checks, baseUrl)),
      });
    },
    deliver: (effect, record) =>
      perform(options, {
        kind: 'deliver',
        perform: () => {
          truth.deliver(effect, record);
        },
        refused: weather().deliveryFails,
        answerLost: weather().deliveryHangs,
        landsLate: 0,
        fail: () => {
          throw new Error('the channel answered 500');
        },
      }),
    now,
  };
}

function createService(options: FaultyPortsOptions): World['service'] {
  const { truth, weather, turn, chance } = options;
  return {
    read: () => {
      const stale = chance.happens(weather().staleRead);
      return perform(options, {
        ...reliable,
        kind: 'read',
        perform: stale ? truth.staleView : truth.view,
        refused: weather().platformRefuses,
      });
    },
    replace: (view, change) => {
      const conflict = chance.happens(weather().falseConflict);
      return perform<WriteOutcome>(options, {
        kind: 'replace',
        perform: () => (conflict ? 'conflict' : truth.write(turn('replace'), view, change)),
        refused: weather().platformRefuses,
        answerLost: weather().answerLost,
        landsLate: weather().landsLate,
        fail: unavailable,
      });
    },
  };
}

function unavailable(): never {
  const message = 'The platform did not answer; whether the request took effect is not known.';
  throw new AscentError('ASC_PLATFORM_UNAVAILABLE', message);
}

/** A call that is answered, unless its process dies. */
const reliable = { refused: 0, answerLost: 0, landsLate: 0, fail: unavailable } as const;

function blipOf(checks: Parameters<World['smoke']>[0]): Awaited<ReturnType<World['smoke']>> {
  const failures = checks.map(({ name }) => ({ check: name, message: 'no whole answer' }));
  return { passed: false, failures, checks: checks.length };
}

/** One call, with its fate drawn before it begins. */
async function perform<T>(options: FaultyPortsOptions, made: Call<T>): Promise<T> {
  const { time, chance, weather, process, turn } = options;
  if (isGone(process)) return await gone<T>();
  turn(made.kind).calls.push(made.kind);
  const { slowestMs, crash } = weather();
  const thereMs = chance.whole(1, slowestMs);
  const backMs = chance.whole(1, slowestMs);
  const dies = chance.happens(crash) ? chance.pick(['before', 'after'] as const) : 'not';
  const isRefused = chance.happens(made.refused);
  const isLost = chance.happens(made.answerLost);
  const isLate = chance.happens(made.landsLate);
  if (dies === 'before') {
    process.crash();
    return await gone<T>();
  }
  if (isLate) {
    time.at(time.nowMs + chance.whole(DEADLINE_MS, LATE_LANDING_MS), () => {
      landLate(made.perform);
    });
  } else {
    await time.sleep(thereMs);
  }
  // What is on the wire arrives, whether or not the process that sent it still lives.
  const result = isLate || isRefused ? null : { value: made.perform() };
  if (dies === 'after') process.crash();
  if (isGone(process)) return await gone<T>();
  await time.sleep(isLost || isLate ? DEADLINE_MS : backMs);
  return answer(process, { result: isLost ? null : result, fail: made.fail });
}

/** Nobody waits any more, so nobody hears that it was refused. */
function landLate(perform: () => unknown): void {
  try {
    perform();
  } catch (error) {
    if (!(error instanceof AscentError)) throw error;
  }
}

/** What reaches the caller: nothing where the process has died meanwhile. */
function answer<T>(
  process: Process,
  { result, fail }: { readonly result: { readonly value: T } | null; readonly fail: () => T },
): T | Promise<T> {
  if (isGone(process)) return gone<T>();
  return result === null ? fail() : result.value;
}
