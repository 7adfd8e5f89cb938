/**
 * One step of every service that is Ascent's to look after. Each has its own plan, in its own record, so a service needs no
 * file here to be taken on; and each fails alone.
 */
import { readRecord, type RolloutPlan, type ServicePort, type ServiceView } from '@ascent/core';
import { tick, type TickReport } from './tick.js';
import type { World } from './world.js';

/** A service to look after. */
export type ManagedService = {
  readonly name: string;
  readonly port: ServicePort;
  /** A plan that counts instead of the record's where a new rollout begins; `null` begins with the last one's. */
  readonly plan: RolloutPlan | null;
};

/** What came of one service's step. */
export type ServiceTurn =
  | { readonly service: string; readonly type: 'stepped'; readonly report: TickReport }
  | { readonly service: string; readonly type: 'planless'; readonly reason: string }
  | { readonly service: string; readonly type: 'failed'; readonly error: unknown };

/** How it is done. */
export type TickAllOptions = {
  readonly by: string;
  /** The world of a plan, around this port. */
  readonly worldOf: (plan: RolloutPlan, port: ServicePort) => World;
  /** How many services at a time. @default 16 */
  readonly atOnce?: number;
};

const AT_ONCE = 16;

/** Steps all of `services`, in order, some at a time. Never throws: what fails is that service's turn. */
export async function tickAll(
  services: readonly ManagedService[],
  options: TickAllOptions,
): Promise<readonly ServiceTurn[]> {
  const turns: ServiceTurn[] = [];
  const left = [...services.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, service] = next;
      turns[index] = await turnOf(service, options);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce ?? AT_ONCE }, work));
  return turns;
}

async function turnOf(
  { name, port, plan: own }: ManagedService,
  { by, worldOf }: TickAllOptions,
): Promise<ServiceTurn> {
  try {
    const view = await port.read();
    const plan = own ?? planIn(view);
    if (plan === null) {
      const reason =
        'it has no record yet, so its plan is not known here; begin its first rollout with its own: ascent up';
      return { service: name, type: 'planless', reason };
    }
    const report = await tick(worldOf(plan, alreadyRead(port, view)), { plan, by });
    return { service: name, type: 'stepped', report };
  } catch (error) {
    return { service: name, type: 'failed', error };
  }
}

function planIn({ record }: ServiceView): RolloutPlan | null {
  return record === null ? null : readRecord(record).plan;
}

/** `port`, whose first read was made already. */
function alreadyRead(port: ServicePort, view: ServiceView): ServicePort {
  let first: ServiceView | null = view;
  return {
    read: async () => {
      const known = first;
      first = null;
      return known ?? (await port.read());
    },
    replace: (of, change) => port.replace(of, change),
  };
}
