/** How a rollout ended, in words and as a sign. */
import type { RolloutStatus } from '@ascent/core';
import type { Sign } from '../parts/mark.js';

/** Words and sign for every status. */
export const outcomeWords: Readonly<
  Record<RolloutStatus['type'], { readonly words: string; readonly sign: Sign }>
> = {
  running: { words: 'Running', sign: 'undecided' },
  paused: { words: 'Paused', sign: 'pause' },
  promoted: { words: 'Promoted', sign: 'healthy' },
  rolledBack: { words: 'Rolled back', sign: 'unhealthy' },
  superseded: { words: 'Superseded', sign: 'start' },
  aborted: { words: 'Aborted', sign: 'person' },
};
