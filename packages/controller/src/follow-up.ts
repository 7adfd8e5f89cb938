/**
 * What a step leaves to be done once its decision is written: recorded scenarios are run and effects delivered. Both may
 * take long or hang, so a loop does not wait for them before it looks again, and never has two at once.
 */
import {
  advance,
  areScenariosDue,
  CANDIDATE_TAG,
  isOpen,
  scenariosOf,
  STABLE_TAG,
  stageOf,
  type Rollout,
  type RolloutRecord,
  type ServiceView,
  type SpotOutcome,
} from '@ascent/core';
import { changeService } from './change.js';
import { deliverOutbox, type OutboxOutcome } from './outbox.js';
import { recordOf } from './known-record.js';
import { changeTo, recordWith } from './record-change.js';
import type { World } from './world.js';

/** What one process remembers between steps. */
export class FollowUp {
  readonly #world: World;
  readonly #arrived = new Set<string>();
  #running: Promise<void> | null = null;
  #undelivered: OutboxOutcome['undelivered'] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** What could not be delivered in the last round, and why. */
  get undelivered(): OutboxOutcome['undelivered'] {
    return this.#undelivered;
  }

  /** Runs what is due after a step, unless an earlier round is still at it. Never throws. */
  start(record: RolloutRecord | null, view: ServiceView): void {
    if (record === null || this.#running !== null) return;
    this.#running = this.run(record, view)
      .then(({ undelivered }) => {
        this.#undelivered = undelivered;
      })
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.#undelivered = [{ key: 'follow-up', reason }];
      })
      .finally(() => {
        this.#running = null;
      });
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Runs what is due and resolves with the record afterwards. @throws AscentError where the platform cannot be written. */
  async run(record: RolloutRecord, view: ServiceView): Promise<OutboxOutcome> {
    const outcome = await runDueScenarios(this.#world, record, view);
    const checked = outcome === null ? record : await note(this.#world, record, outcome);
    return await deliverOutbox(this.#world, checked, this.#arrived);
  }
}

/** Runs the stage's scenarios on both revisions, at their own addresses, once the stage has settled. */
async function runDueScenarios(
  world: World,
  { plan, rollout }: RolloutRecord,
  view: ServiceView,
): Promise<SpotOutcome | null> {
  if (rollout === null || !isDue(rollout)) return null;
  const scenarios = scenariosOf(plan, stageOf(plan, rollout));
  const candidateUrl = urlOf(view, CANDIDATE_TAG, rollout.candidate);
  const stableUrl = urlOf(view, STABLE_TAG, rollout.stable);
  if (scenarios.length === 0 || candidateUrl === null || stableUrl === null) return null;
  const [candidate, stable] = await Promise.all([
    world.smoke(scenarios, candidateUrl),
    world.smoke(scenarios, stableUrl),
  ]);
  return { candidate, stable };
}

function isDue({ status, stageSettledMs, spotChecks }: Rollout): boolean {
  return status.type === 'running' && stageSettledMs !== null && areScenariosDue(spotChecks);
}

function urlOf(view: ServiceView, tag: string, revision: string): string | null {
  const target = view.served.find((one) => one.tag === tag && one.revision === revision);
  return target?.url ?? null;
}

/** Writes the outcome down, if the rollout is still the one and the stage still the same. */
async function note(
  world: World,
  tested: RolloutRecord,
  outcome: SpotOutcome,
): Promise<RolloutRecord> {
  return await changeService(world, (view) => {
    const record = recordOf(world, view);
    if (!record?.rollout || !isSameStage(record.rollout, tested.rollout)) {
      return { change: null, result: record ?? tested };
    }
    const event = { type: 'spotChecked', nowMs: world.now(), outcome } as const;
    const step = advance(record.plan, record.rollout, event);
    const next = recordWith(record, step.rollout);
    return {
      change: step.persist ? changeTo({ record: next, before: record.rollout, view }) : null,
      result: next,
    };
  });
}

function isSameStage(now: Rollout, tested: Rollout | null): boolean {
  return isOpen(now) && now.id === tested?.id && now.stageIndex === tested.stageIndex;
}
