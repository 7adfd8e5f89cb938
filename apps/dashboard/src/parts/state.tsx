/** The state of a rollout in one or two words, with a sign and a colour that say the same. */
import type { ReactElement } from 'react';
import type { Now, Tone } from '../model/now.js';
import { SignIcon, type Sign } from './mark.js';

const signs: Readonly<Record<Tone, Sign>> = {
  good: 'healthy',
  bad: 'unhealthy',
  ask: 'ask',
  paused: 'pause',
  calm: 'undecided',
};

/** The state; its colour is that of the tone around it. */
export function State({ now }: { readonly now: Pick<Now, 'tone' | 'state'> }): ReactElement {
  return (
    <span className="state">
      <SignIcon sign={signs[now.tone]} />
      {now.state}
    </span>
  );
}
