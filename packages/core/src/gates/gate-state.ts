/**
 * What readings of a custom gate come to. Pure. A reading that fails makes the gate undecidable, one without data
 * undecided: neither is good news, and neither is held against the candidate.
 */
import { formatDuration } from '../duration.js';
import type { Verdict } from '../evidence/index.js';
import type { CustomGate, GateOutcome, GateReading } from './custom-gate.js';

/** A gate as the record keeps it. */
export type GateState = {
  readonly name: string;
  readonly verdict: Verdict;
  readonly value: number | null;
  readonly atMs: number;
  /** Since when every reading was beyond the limit; `null` where the last one was not. */
  readonly beyondSinceMs: number | null;
  /** What it says, for people. */
  readonly sentence: string;
};

/** When the gates are looked at. */
export type GateContext = {
  readonly nowMs: number;
  readonly readings: readonly GateReading[];
  /** Since when the present share is served; `null` while it is not. */
  readonly settledMs: number | null;
};

/** The state of every gate after one look. */
export function evaluateGates(
  gates: readonly CustomGate[],
  before: readonly GateState[],
  context: GateContext,
): readonly GateState[] {
  return gates.map((gate) => {
    const known = before.find(({ name }) => name === gate.name) ?? null;
    return evaluateGate(gate, known, context);
  });
}

function evaluateGate(gate: CustomGate, known: GateState | null, context: GateContext): GateState {
  const { nowMs, settledMs, readings } = context;
  const bare = { name: gate.name, atMs: nowMs, value: null, beyondSinceMs: null };
  if (settledMs === null || nowMs - settledMs < gate.windowMs) {
    const served = gate.windowMs === 0 ? '' : ` for ${formatDuration(gate.windowMs)}`;
    const sentence = `${gate.name} is judged once this share has been served${served}.`;
    return { ...bare, verdict: 'undecided', sentence };
  }
  const outcome = readings.find(({ gate: name }) => name === gate.name)?.outcome ?? unread;
  switch (outcome.type) {
    case 'unavailable': {
      const sentence = `${gate.name} cannot be read, which says nothing about the release: ${outcome.reason}.`;
      return { ...bare, verdict: 'undecidable', sentence };
    }
    case 'nothing': {
      const sentence = `${gate.name} has nothing to say yet: ${outcome.reason}.`;
      return { ...bare, verdict: 'undecided', sentence };
    }
    case 'value':
      return judgeValue(gate, outcome.value, { nowMs, sinceMs: known?.beyondSinceMs ?? null });
  }
}

const unread: GateOutcome = { type: 'unavailable', reason: 'nobody has read it' };

function judgeValue(
  gate: CustomGate,
  value: number,
  { nowMs, sinceMs }: { readonly nowMs: number; readonly sinceMs: number | null },
): GateState {
  const { name, limit, forMs } = gate;
  const shown = `${name} is ${formatGateValue(gate, value)}`;
  const most = formatGateValue(gate, limit.value);
  const beyond = limit.direction === 'above' ? value > limit.value : value < limit.value;
  if (!beyond) {
    const side = limit.direction === 'above' ? 'at most' : 'at least';
    const sentence = `${shown}, and the plan wants ${side} ${most}.`;
    return { name, verdict: 'healthy', value, atMs: nowMs, beyondSinceMs: null, sentence };
  }
  const beyondSinceMs = sinceMs ?? nowMs;
  const lasted = nowMs - beyondSinceMs;
  const state = { name, value, atMs: nowMs, beyondSinceMs };
  const since = lasted === 0 ? '' : ` since ${formatDuration(lasted)}`;
  if (lasted < forMs) {
    const sentence = `${shown}, ${limit.direction} ${most}${since}; it counts after ${formatDuration(forMs)}.`;
    return { ...state, verdict: 'undecided', sentence };
  }
  return {
    ...state,
    verdict: 'unhealthy',
    sentence: `${shown}, ${limit.direction} ${most}${since}.`,
  };
}

/** A value in the unit of the gate's limit. */
export function formatGateValue({ limit }: CustomGate, value: number): string {
  return limit.unit === 'percent'
    ? `${Number((value * 100).toPrecision(3))} %`
    : String(Number(value.toPrecision(4)));
}

/** True where nothing was found that must be written down: values alone are read again. */
export function sameFindings(a: readonly GateState[], b: readonly GateState[]): boolean {
  return (
    a.length === b.length &&
    a.every((state, index) => {
      const other = b[index];
      return state.verdict === other?.verdict && state.beyondSinceMs === other.beyondSinceMs;
    })
  );
}
