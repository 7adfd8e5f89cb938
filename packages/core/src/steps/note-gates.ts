/** What one look at the custom gates does to a rollout: their state, and at most one word about each at a stage. */
import { decide } from './decide.js';
import type { Observed } from './event.js';
import { evaluateGates, type GateState } from '../gates/index.js';
import type { RolloutPlan } from '../plan/plan.js';
import type { Rollout } from '../record/rollout.js';
import { rollBack } from './roll-back.js';
import { stageOf } from '../record/stage.js';

/** `rollout` with its gates judged. At 0 % there is nobody to read anything of. */
export function noteGates(plan: RolloutPlan, rollout: Rollout, event: Observed): Rollout {
  if (plan.customGates.length === 0 || rollout.sharePercent === 0) return rollout;
  const { nowMs, readings } = event;
  const customGates = evaluateGates(plan.customGates, rollout.customGates, {
    nowMs,
    readings,
    settledMs: rollout.stageSettledMs,
  });
  const noted = { ...rollout, customGates };
  return customGates
    .filter(isTrouble)
    .reduce((next, gate) => say(plan, next, { gate, nowMs }), noted);
}

function isTrouble({ verdict }: GateState): boolean {
  return verdict === 'unhealthy' || verdict === 'undecidable';
}

/** Said once per stage and verdict: a gate that comes and goes must not fill the log. */
function say(
  plan: RolloutPlan,
  rollout: Rollout,
  { gate, nowMs }: { readonly gate: GateState; readonly nowMs: number },
): Rollout {
  const said = rollout.decisions.some(
    ({ type, sentence, atMs, verdict }) =>
      type === 'noticed' &&
      verdict === gate.verdict &&
      atMs >= rollout.stageEnteredMs &&
      sentence.startsWith(`Gate ${gate.name} `),
  );
  const rule = plan.customGates.find(({ name }) => name === gate.name);
  if (said || (gate.verdict === 'unhealthy' && rule?.then === 'rollback')) return rollout;
  return decide(rollout, {
    type: 'noticed',
    nowMs,
    stage: stageOf(plan, rollout).name,
    toPercent: rollout.sharePercent,
    verdict: gate.verdict,
    sentence: `Gate ${gate.sentence} It holds the rollout meanwhile.`,
  });
}

/** The way back, where a gate whose rule says so is broken; else `null`. */
export function backByGate(plan: RolloutPlan, rollout: Rollout, nowMs: number): Rollout | null {
  if (rollout.sharePercent === 0) return null;
  const broken = rollout.customGates.find(
    ({ name, verdict }) =>
      verdict === 'unhealthy' &&
      plan.customGates.some((gate) => gate.name === name && gate.then === 'rollback'),
  );
  if (broken === undefined) return null;
  return rollBack(plan, rollout, {
    nowMs,
    by: 'ascent',
    verdict: 'unhealthy',
    reason: `gate ${broken.name} is broken`,
    sentence: `Back to ${rollout.stable}: ${broken.sentence} The plan’s rule of ${broken.name} says to go back then.`,
  });
}

/** The gate that keeps a rollout from going on, if there is one; the worst comes first. */
export function holdingGate({ customGates }: Rollout): GateState | null {
  const order = ['unhealthy', 'undecidable', 'undecided'] as const;
  for (const worst of order) {
    const found = customGates.find(({ verdict }) => verdict === worst);
    if (found !== undefined) return found;
  }
  return null;
}
