/**
 * A candidate held at one share: every rule sees the same traffic, and is asked when it would roll back.
 */
import { createPrng } from '@ascent/stats';
import type { GatePlan } from '@ascent/core';
import { benchPlan, isProven, startWatch, watchTicks } from './ascent.js';
import { conditionalOracle, likelihoodOracle } from './oracle.js';
import { argoRollouts, flagger, kayenta, pipecd, releaseManager } from './peers.js';
import type { Scenario } from './scenario.js';
import { createSource } from './traffic.js';
import type { Tick } from './traffic.js';

/** Rules that can be held against the same traffic. */
export type RuleName =
  | 'ascent'
  /** Ascent's proof that the candidate is safe, taken alone: it “stops” where that is complete. */
  | 'proof'
  | 'likelihood oracle'
  | 'conditional oracle'
  | 'Flagger'
  | 'Argo Rollouts'
  | 'Release Manager'
  | 'Kayenta'
  | 'PipeCD';

/** One cell of a table: a world, how often, and who decides. */
export type HoldJob = {
  readonly type: 'hold';
  readonly cell: string;
  readonly scenario: Scenario;
  readonly seed: number;
  readonly runs: number;
  readonly rules: readonly RuleName[];
  /** Settings of Ascent's plan that differ from the bench's. */
  readonly plan: Partial<GatePlan>;
};

/** What one rule did in one cell. */
export type Outcome = {
  readonly runs: number;
  readonly stopped: number;
  /** Candidate requests until the rollback or the end, and failures among them, summed over all runs. */
  readonly requests: number;
  readonly failed: number;
  /** Candidate requests until the rollback, of the runs that were rolled back. */
  readonly stoppedRequests: readonly number[];
};

/** Ticks drawn before the rules are asked again. */
const chunkTicks = 20;

type Decider = {
  /** Index of the tick after which it rolls back, or −1. */
  readonly add: (ticks: readonly Tick[]) => number;
};

/** Runs a cell. */
export function runHold(job: HoldJob): Readonly<Record<string, Outcome>> {
  const outcomes = new Map<
    RuleName,
    { stopped: number; requests: number; failed: number; at: number[] }
  >();
  for (const rule of job.rules) outcomes.set(rule, { stopped: 0, requests: 0, failed: 0, at: [] });
  for (let run = 0; run < job.runs; run += 1) runOnce(job, run, outcomes);
  return Object.fromEntries(
    [...outcomes].map(([rule, { stopped, requests, failed, at }]) => [
      rule,
      { runs: job.runs, stopped, requests, failed, stoppedRequests: at },
    ]),
  );
}

function runOnce(
  job: HoldJob,
  run: number,
  outcomes: ReadonlyMap<
    RuleName,
    { stopped: number; requests: number; failed: number; at: number[] }
  >,
): void {
  const { scenario } = job;
  const source = createSource(scenario, createPrng(job.seed * 1_000_003 + run));
  const total = Math.round((scenario.minutes * 60_000) / scenario.tickMs);
  let active = job.rules.map((rule) => ({
    rule,
    decider: deciderOf(rule, job),
    requests: 0,
    failed: 0,
  }));
  for (let done = 0; done < total && active.length > 0; done += chunkTicks) {
    const ticks = Array.from({ length: Math.min(chunkTicks, total - done) }, () =>
      source.draw(scenario.share),
    );
    active = active.filter((entry) => {
      const at = entry.decider.add(ticks);
      const seen = at === -1 ? ticks : ticks.slice(0, at + 1);
      for (const tick of seen) {
        entry.requests += tick.candidateRequests;
        entry.failed += tick.candidateErrors;
      }
      const last = at === -1 && done + chunkTicks >= total;
      const outcome = outcomes.get(entry.rule);
      if (outcome === undefined || (at === -1 && !last)) return true;
      outcome.requests += entry.requests;
      outcome.failed += entry.failed;
      if (at !== -1) {
        outcome.stopped += 1;
        outcome.at.push(entry.requests);
      }
      return false;
    });
  }
}

function deciderOf(rule: RuleName, job: HoldJob): Decider {
  switch (rule) {
    case 'ascent':
      return ascentDecider({ ...benchPlan, ...job.plan }, job.scenario.tickMs);
    case 'proof':
      return proofDecider({ ...benchPlan, ...job.plan }, job.scenario.tickMs);
    case 'likelihood oracle':
      return eachTick(likelihoodOracle(job.scenario));
    case 'conditional oracle':
      return eachTick(conditionalOracle(job.scenario));
    case 'Flagger':
      return eachTick(flagger());
    case 'Argo Rollouts':
      return eachTick(argoRollouts());
    case 'Release Manager':
      return eachTick(releaseManager());
    case 'Kayenta':
      return eachTick(kayenta());
    case 'PipeCD':
      return eachTick(pipecd());
  }
}

function ascentDecider(gatePlan: GatePlan, tickMs: number): Decider {
  let watch = startWatch(gatePlan);
  return {
    add(ticks) {
      const startMs = watch.nowMs;
      watch = watchTicks(gatePlan, watch, { ticks, tickMs });
      const { crossing } = watch.evidence;
      return crossing === null ? -1 : Math.round((crossing.atMs - startMs) / tickMs) - 1;
    },
  };
}

function proofDecider(gatePlan: GatePlan, tickMs: number): Decider {
  let watch = startWatch(gatePlan);
  return {
    add(ticks) {
      return ticks.findIndex((tick) => {
        watch = watchTicks(gatePlan, watch, { ticks: [tick], tickMs });
        return isProven(gatePlan, watch);
      });
    },
  };
}

function eachTick(rule: { readonly add: (tick: Tick) => boolean }): Decider {
  return { add: (ticks) => ticks.findIndex((tick) => rule.add(tick)) };
}
