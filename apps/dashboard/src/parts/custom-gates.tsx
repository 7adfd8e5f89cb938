/** The plan's gates on numbers of the owner's own: what each says, and what it would do. */
import type { ReactElement } from 'react';
import {
  formatDuration,
  formatGateValue,
  type CustomGate,
  type Rollout,
  type RolloutPlan,
  type Verdict,
} from '@ascent/core';
import { shortenRevisions } from '../model/revision-name.js';
import type { Tone } from '../model/now.js';
import { SignIcon, type Sign } from './mark.js';

const signs: Readonly<Record<Verdict, Sign>> = {
  healthy: 'healthy',
  unhealthy: 'unhealthy',
  undecided: 'undecided',
  undecidable: 'blind',
};
const tones: Readonly<Record<Verdict, Tone>> = {
  healthy: 'good',
  unhealthy: 'bad',
  undecided: 'calm',
  undecidable: 'ask',
};

/** All of them; nothing where the plan has none. */
export function CustomGates({
  plan,
  rollout,
}: {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
}): ReactElement | null {
  if (plan.customGates.length === 0) return null;
  return (
    <ul className="own-gates">
      {plan.customGates.map((gate) => {
        const state = rollout.customGates.find(({ name }) => name === gate.name);
        const verdict = state?.verdict ?? 'undecided';
        return (
          <li key={gate.name}>
            <header>
              <h3>{gate.name}</h3>
              <span className={`state tone-${tones[verdict]}`}>
                <SignIcon sign={signs[verdict]} />
                {verdict}
              </span>
            </header>
            <p>
              {state === undefined
                ? 'It is read once the candidate has users.'
                : shortenRevisions(state.sentence, plan.service)}
            </p>
            <p className="quiet">{ruleWords(gate)}</p>
          </li>
        );
      })}
    </ul>
  );
}

function ruleWords(gate: CustomGate): string {
  const { limit, forMs, then } = gate;
  const span = forMs === 0 ? '' : ` for ${formatDuration(forMs)}`;
  const what = then === 'rollback' ? 'sends the candidate back' : 'holds the rollout';
  return `${limit.direction} ${formatGateValue(gate, limit.value)}${span} ${what}`;
}
