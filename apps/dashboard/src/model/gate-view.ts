/** A gate's report as lengths and texts for its two pictures: the estimates with their bounds, and the evidence. */
import type { GatePlan, GateReport, Judgement } from '@ascent/core';
import { countText, latencyText, percentText } from './amount.js';

/** One revision on the scale. Places are 0..1; `to: null` is an upper bound that is not known yet. */
export type ArmView = {
  readonly at: number | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly text: string;
  readonly sample: string;
};

/** A line on the scale. */
export type LineView = { readonly at: number; readonly text: string };

/** Everything a gate's pictures show. */
export type GateView = {
  readonly name: GateReport['name'];
  readonly title: string;
  readonly verdict: GateReport['verdict'];
  readonly candidate: ArmView;
  readonly stable: ArmView;
  readonly limit: LineView;
  /** What the plan tolerates beyond the stable revision's estimate; `null` without one. */
  readonly tolerance: LineView | null;
  readonly axisMaxText: string;
  /** How far the evidence is to a rollback, 0..1. */
  readonly towardsBack: number;
  /** How far the proof is that it may go on, 0..1. */
  readonly towardsOn: number;
};

/** The view of every gate in `judgement`. */
export function gateViews(judgement: Judgement, gatePlan: GatePlan): readonly GateView[] {
  return judgement.gates.map((report) => gateView(report, gatePlan));
}

const titles: Readonly<Record<GateReport['name'], string>> = {
  errorRate: 'Failed requests (5xx)',
  latencyP95: '95 % of requests answered within',
};

function gateView(report: GateReport, gatePlan: GatePlan): GateView {
  const { limit, estimate, proof } = report;
  const tolerated = toleratedValue(report);
  const axisMax = axisMaxOf(report, tolerated);
  const say = report.unit === 'ms' ? latencyText : percentText;
  return {
    name: report.name,
    title: titles[report.name],
    verdict: report.verdict,
    candidate: armView(report, 'candidate', { axisMax, say }),
    stable: armView(report, 'stable', { axisMax, say }),
    limit: { at: limit.max / axisMax, text: `limit ${say(limit.max)}` },
    tolerance:
      tolerated === null || estimate.stable === null
        ? null
        : { at: Math.min(1, tolerated / axisMax), text: toleranceText(report) },
    axisMaxText: say(axisMax),
    // Once crossed, it stays crossed: evidence that came later does not take a rollback back.
    towardsBack:
      report.verdict === 'unhealthy'
        ? 1
        : towardsBack(report.budgetUsed, gatePlan.risk.falseRollback),
    towardsOn: proof.complete ? 1 : Math.min(0.99, Math.max(0, proof.logE / proof.neededLogE)),
  };
}

function toleratedValue({ unit, limit, estimate }: GateReport): number | null {
  if (estimate.stable === null) return null;
  return unit === 'ms'
    ? estimate.stable * (1 + limit.worseThanStableBy)
    : estimate.stable + limit.worseThanStableBy;
}

function toleranceText({ unit, limit }: GateReport): string {
  return unit === 'ms'
    ? `stable + ${percentText(limit.worseThanStableBy)}`
    : `stable + ${Number((limit.worseThanStableBy * 100).toFixed(2))} points`;
}

/** The limit stays on the scale, and bounds that are still very wide do not squeeze everything else together. */
function axisMaxOf({ limit, estimate, bounds }: GateReport, tolerated: number | null): number {
  const values = [estimate.candidate, estimate.stable, tolerated].map((value) => value ?? 0);
  const must = Math.max(limit.max, ...values) * 1.25;
  const uppers = [bounds.candidate?.upper, bounds.stable?.upper].map((value) => value ?? 0);
  return Math.min(Math.max(must, ...uppers.map((upper) => upper * 1.05)), must * 2);
}

type Scale = { readonly axisMax: number; readonly say: (value: number) => string };

function armView(
  report: GateReport,
  arm: 'candidate' | 'stable',
  { axisMax, say }: Scale,
): ArmView {
  const value = report.estimate[arm];
  const bounds = report.bounds[arm];
  const { requests, bad } = report.sample[arm];
  return {
    at: placeOf(value, axisMax),
    from: placeOf(bounds?.lower ?? null, axisMax),
    to: placeOf(bounds?.upper ?? null, axisMax),
    text: value === null ? '–' : say(value),
    sample:
      report.unit === 'ms'
        ? `${countText(requests)} requests`
        : `${countText(bad)} of ${countText(requests)}`,
  };
}

function placeOf(amount: number | null, axisMax: number): number | null {
  return amount === null ? null : Math.min(1, amount / axisMax);
}

/**
 * Evidence multiplies, so its road is drawn in logarithms: none at the start of the budget, all of it where the whole
 * budget is used up and the release goes back.
 */
function towardsBack(budgetUsed: number, falseRollback: number): number {
  if (budgetUsed <= falseRollback) return 0;
  return Math.min(1, Math.log(budgetUsed / falseRollback) / Math.log(1 / falseRollback));
}
