/** Small signs with a shape of their own, so that no meaning hangs on a colour. */
import type { ReactElement } from 'react';
import type { DecisionType } from '@ascent/core';

/** The signs there are. */
export type Sign =
  | 'healthy'
  | 'unhealthy'
  | 'undecided'
  | 'person'
  | 'ask'
  | 'pause'
  | 'play'
  | 'start'
  | 'up'
  | 'blind'
  | 'sighted';

const paths: Readonly<Record<Sign, string>> = {
  healthy: 'M-4 0.5 L-1.2 3.4 L4.2 -3.2',
  unhealthy: 'M0 -4 V3.6 M-3.6 0.4 L0 4 L3.6 0.4',
  undecided: 'M-3.6 0 h0.01 M0 0 h0.01 M3.6 0 h0.01',
  ask: 'M-2.6 -1.6 q0 -2.6 2.7 -2.6 t2.6 2.3 q0 1.4 -1.4 2.2 t-1.3 1.5 M0 4.2 h0.01',
  person: 'M0 -1.4 a1.9 1.9 0 1 0 -0.01 0 M-3.6 4.2 q0.4 -3.6 3.6 -3.6 t3.6 3.6',
  pause: 'M-1.9 -3.4 V3.4 M1.9 -3.4 V3.4',
  play: 'M-2 -3.6 L3.6 0 L-2 3.6 Z',
  start: 'M-3.4 3.6 V-3.6 L3.4 -1.6 L-3.4 0.6',
  up: 'M0 4 V-3.6 M-3.6 -0.4 L0 -4 L3.6 -0.4',
  blind: 'M-4 0 q4 -4.6 8 0 q-4 4.6 -8 0 M-3.8 3.8 L3.8 -3.8',
  sighted: 'M-4 0 q4 -4.6 8 0 q-4 4.6 -8 0 M0 0 h0.01',
};

/** The sign of a kind of decision. */
export const signOf: Readonly<Record<DecisionType, Sign>> = {
  started: 'start',
  noticed: 'sighted',
  smokePassed: 'healthy',
  smokeFailed: 'unhealthy',
  advanced: 'up',
  skipped: 'person',
  spotChecksPassed: 'healthy',
  spotChecksFailed: 'unhealthy',
  tickedOff: 'person',
  awaitingSpotChecks: 'ask',
  awaitingApproval: 'ask',
  approved: 'person',
  paused: 'pause',
  resumed: 'play',
  rolledBack: 'unhealthy',
  promoted: 'healthy',
  superseded: 'unhealthy',
  aborted: 'person',
  blind: 'blind',
  sighted: 'sighted',
  alertFired: 'unhealthy',
  alertRepeated: 'unhealthy',
  alertResolved: 'healthy',
};

/** What a kind of decision is called. */
export const decisionWords: Readonly<Record<DecisionType, string>> = {
  started: 'Started',
  noticed: 'Noticed',
  smokePassed: 'Smoke checks passed',
  smokeFailed: 'Smoke checks failed',
  advanced: 'Went on',
  skipped: 'Skipped by a person',
  spotChecksPassed: 'Spot checks passed',
  spotChecksFailed: 'Spot checks failed',
  tickedOff: 'Tried by hand',
  awaitingSpotChecks: 'Asked for spot checks',
  awaitingApproval: 'Asked for approval',
  approved: 'Approved',
  paused: 'Paused',
  resumed: 'Resumed',
  rolledBack: 'Rolled back',
  promoted: 'Promoted',
  superseded: 'Superseded',
  aborted: 'Aborted',
  blind: 'Metrics lost',
  sighted: 'Metrics back',
  alertFired: 'Alert',
  alertRepeated: 'Alert goes on',
  alertResolved: 'Alert over',
};

const tones: Readonly<Record<Sign, string>> = {
  healthy: 'good',
  up: 'good',
  unhealthy: 'bad',
  undecided: 'calm',
  person: 'good',
  ask: 'ask',
  pause: 'paused',
  play: 'calm',
  start: 'calm',
  blind: 'ask',
  sighted: 'calm',
};

/** The sign inside an SVG, round its origin, 20 units wide. */
export function SignGlyph({ sign }: { readonly sign: Sign }): ReactElement {
  return (
    <g className={`sign tone-${tones[sign]}`}>
      <circle r="9" className="sign-disc" />
      <path d={paths[sign]} className="sign-line" />
    </g>
  );
}

/** The sign in a line of text; decoration only, the words beside it say the same. */
export function SignIcon({ sign }: { readonly sign: Sign }): ReactElement {
  return (
    <svg className="sign-icon" viewBox="-10 -10 20 20" aria-hidden="true">
      <SignGlyph sign={sign} />
    </svg>
  );
}
