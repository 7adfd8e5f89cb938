import { expect, it } from 'vitest';
import { stepInstance, type InstanceEvent, type InstanceState } from './lifecycle.js';

const drain = (inFlight: number): InstanceEvent => ({ kind: 'drain-wanted', inFlight });

it.each<[InstanceState, InstanceEvent, InstanceState, readonly string[]]>([
  ['starting', { kind: 'probe-passed' }, 'ready', []],
  ['starting', { kind: 'probe-failed' }, 'stopping', ['kill']],
  ['starting', drain(0), 'stopping', ['terminate']],
  ['ready', drain(2), 'draining', []],
  ['ready', drain(0), 'stopping', ['terminate']],
  ['ready', { kind: 'emptied' }, 'ready', []],
  ['ready', { kind: 'kill-wanted' }, 'stopping', ['kill']],
  ['draining', drain(1), 'draining', []],
  ['draining', { kind: 'emptied' }, 'stopping', ['terminate']],
  ['draining', { kind: 'probe-failed' }, 'draining', []],
  ['stopping', { kind: 'probe-passed' }, 'stopping', []],
  ['stopping', { kind: 'grace-over' }, 'stopping', ['kill']],
  ['ready', { kind: 'grace-over' }, 'ready', []],
  ['ready', { kind: 'exited' }, 'stopped', []],
  ['stopped', { kind: 'kill-wanted' }, 'stopped', []],
])('%s and %j become %s', (...[state, event, next, effects]) => {
  expect(stepInstance(state, event)).toEqual({ state: next, effects });
});
