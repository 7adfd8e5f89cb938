/**
 * The parts of a judgement that are for people, worked out when they are first read: to JSON, to a copy and to a reader
 * they are properties like all others. The accessors are the same functions for every judgement, because an engine
 * keeps a layout of its own for each object whose accessors are new.
 */
import type { Evidence } from './evidence.js';
import { explain } from './explain.js';
import type { GatePlan } from './gate-plan.js';
import { reportGate } from './gate-report.js';
import type { GateReport, GateStanding } from './gate-report.js';
import type { Judgement } from './judgement.js';

/** What the reports are made from. */
export type ReportSource = {
  readonly gatePlan: GatePlan;
  readonly evidence: Evidence;
  readonly standings: readonly GateStanding[];
};

type Bare = Omit<Judgement, 'gates' | 'explanation'>;

/** Where a judgement keeps its source, and what has been made of it. */
const made = Symbol('made');
type Made = ReportSource & { gates: readonly GateReport[] | null; explanation: string | null };
type Late = Judgement & { readonly [made]: Made };

const gates = {
  enumerable: true,
  get(this: Late): readonly GateReport[] {
    const { gatePlan, evidence, standings } = this[made];
    this[made].gates ??= standings.map((standing) => reportGate(gatePlan, evidence, standing));
    return this[made].gates;
  },
};

const explanation = {
  enumerable: true,
  get(this: Late): string {
    const { gatePlan, evidence } = this[made];
    this[made].explanation ??= explain(gatePlan, evidence, this);
    return this[made].explanation;
  },
};

/** `judgement` with its gates' reports and its sentence. */
export function withReports(judgement: Bare, source: ReportSource): Judgement {
  const { gatePlan, evidence, standings } = source;
  const value: Made = { gatePlan, evidence, standings, gates: null, explanation: null };
  Object.defineProperty(judgement, made, { value });
  Object.defineProperty(judgement, 'gates', gates);
  Object.defineProperty(judgement, 'explanation', explanation);
  return judgement as Judgement;
}
