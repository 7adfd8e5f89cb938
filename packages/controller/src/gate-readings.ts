/** Readings of a plan's custom gates, all at once: each has its own deadline, and a slow one delays no other. */
import {
  type CustomGate,
  type GateOutcome,
  type GateReading,
  type Rollout,
  type RolloutPlan,
} from '@ascent/core';
import type { World } from './world.js';

/** Reads every gate of an open rollout that has users. Never throws: what goes wrong is an outcome. */
export async function readGates(
  world: World,
  plan: RolloutPlan,
  rollout: Rollout,
): Promise<readonly GateReading[]> {
  const { readGate } = world;
  if (readGate === undefined || rollout.sharePercent === 0) return [];
  const { stable, candidate, stageSettledMs } = rollout;
  const subject = { service: plan.service, stable, candidate };
  // A window that reaches back before this share would be about another one.
  const due = plan.customGates.filter(
    ({ windowMs }) => stageSettledMs !== null && world.now() - stageSettledMs >= windowMs,
  );
  return await Promise.all(
    due.map(async (gate: CustomGate) => {
      const outcome = await readGate(gate, subject).catch((error: unknown): GateOutcome => ({
        type: 'unavailable',
        reason: error instanceof Error ? error.message : String(error),
      }));
      return { gate: gate.name, outcome };
    }),
  );
}
