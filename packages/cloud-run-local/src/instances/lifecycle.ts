/**
 * The life of an instance, as a pure transition. Whatever happens to the process or is wanted of it is an
 * event; what must be done about it is an effect. An instance that serves a request is never told to stop:
 * it drains first, so that a shift of traffic or a scale-in drops nothing.
 *
 * starting ─probe passed→ ready ─drain→ draining ─emptied→ stopping ─exited→ stopped
 * (any state goes to `stopped` when the process exits by itself)
 */

/** Where an instance is in its life. */
export type InstanceState = 'starting' | 'ready' | 'draining' | 'stopping' | 'stopped';

/** What can happen to an instance. */
export type InstanceEvent =
  | { readonly kind: 'probe-passed' }
  | { readonly kind: 'probe-failed' }
  | { readonly kind: 'drain-wanted'; readonly inFlight: number }
  | { readonly kind: 'kill-wanted' }
  | { readonly kind: 'emptied' }
  | { readonly kind: 'grace-over' }
  | { readonly kind: 'exited' };

/** What must be done: ask the process to end, or end it. */
export type InstanceEffect = 'terminate' | 'kill';

/** The next state and what to do on the way there. */
export interface InstanceStep {
  readonly state: InstanceState;
  readonly effects: readonly InstanceEffect[];
}

const stay = (state: InstanceState): InstanceStep => ({ state, effects: [] });

function drain(state: InstanceState, inFlight: number): InstanceStep {
  if (state === 'ready' && inFlight > 0) return stay('draining');
  if (state === 'ready' || state === 'starting') {
    return { state: 'stopping', effects: ['terminate'] };
  }
  return stay(state);
}

function judgeStart(passed: boolean): InstanceStep {
  return passed ? stay('ready') : { state: 'stopping', effects: ['kill'] };
}

const ended: InstanceStep = stay('stopped');

/** The life of an instance, one event at a time. An event that means nothing in a state changes nothing. */
export function stepInstance(state: InstanceState, event: InstanceEvent): InstanceStep {
  if (event.kind === 'exited' || state === 'stopped') return ended;
  switch (event.kind) {
    case 'probe-passed':
    case 'probe-failed':
      return state === 'starting' ? judgeStart(event.kind === 'probe-passed') : stay(state);
    case 'drain-wanted':
      return drain(state, event.inFlight);
    case 'kill-wanted':
      return { state: 'stopping', effects: ['kill'] };
    case 'emptied':
      return state === 'draining' ? { state: 'stopping', effects: ['terminate'] } : stay(state);
    case 'grace-over':
      return state === 'stopping' ? { state, effects: ['kill'] } : stay(state);
  }
}
