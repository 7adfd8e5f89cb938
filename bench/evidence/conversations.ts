/**
 * Sticky conversations: each belongs to one revision for its whole life, and a few users fail again and
 * again. Counted by request the errors are not independent; counted by first failure they are.
 */
import { countFirstFailures, createPrng, emptyLedger } from '@ascent/stats';
import type { ActiveConversations, ConversationLedger, Prng } from '@ascent/stats';
import { benchPlan, startWatch, watchTicks } from './ascent.js';
import type { Outcome } from './hold.js';
import type { Tick } from './traffic.js';

/** A/A rollouts with sticky conversations, counted in one of two ways. */
export type ConversationJob = {
  readonly type: 'conversations';
  readonly cell: string;
  readonly requestsPerMinute: number;
  readonly seed: number;
  readonly runs: number;
  readonly counted: 'requests' | 'first failures';
};

const minutes = 240;
const badUsers = 0.02;
const badRate = 0.4;
const goodRate = 0.002;

type Conversation = {
  readonly name: string;
  readonly candidate: boolean;
  readonly rate: number;
  left: number;
};

/** Runs a cell. */
export function runConversations(job: ConversationJob): Outcome {
  let stopped = 0;
  const plan = {
    ...benchPlan,
    errorRate: { maxRatio: 0.05, worseThanStableBy: 0.005 },
    latencyP95: null,
  };
  for (let run = 0; run < job.runs; run += 1) {
    const world = createWorld(job, createPrng(job.seed * 1_000_003 + run));
    let watch = startWatch(plan);
    for (let done = 0; done < minutes && watch.evidence.crossing === null; done += 20) {
      const ticks = Array.from({ length: 20 }, world);
      watch = watchTicks(plan, watch, { ticks, tickMs: 60_000 });
    }
    if (watch.evidence.crossing !== null) stopped += 1;
  }
  return { runs: job.runs, stopped, requests: 0, failed: 0, stoppedRequests: [] };
}

function createWorld(job: ConversationJob, prng: Prng): () => Tick {
  let open: Conversation[] = [];
  let born = 0;
  let candidateLedger: ConversationLedger = emptyLedger;
  let stableLedger: ConversationLedger = emptyLedger;
  return () => {
    const arrivals = prng.poisson(job.requestsPerMinute / 20);
    for (let n = 0; n < arrivals; n += 1) {
      born += 1;
      open.push({
        name: String(born),
        candidate: prng.uniform() < 0.1,
        rate: prng.uniform() < badUsers ? badRate : goodRate,
        left: 10 + Math.floor(prng.uniform() * 21),
      });
    }
    const candidate = new Map<string, boolean>();
    const stable = new Map<string, boolean>();
    for (const conversation of open) {
      conversation.left -= 1;
      const arm = conversation.candidate ? candidate : stable;
      arm.set(conversation.name, prng.uniform() < conversation.rate);
    }
    open = open.filter(({ left }) => left > 0);
    if (job.counted === 'requests') return tickOf(countAll(candidate), countAll(stable));
    const own = countFirstFailures(candidateLedger, candidate);
    const rest = countFirstFailures(stableLedger, stable);
    candidateLedger = own.ledger;
    stableLedger = rest.ledger;
    return tickOf(own, rest);
  };
}

type Counts = { readonly requests: number; readonly errors: number };

function countAll(active: ActiveConversations): Counts {
  return { requests: active.size, errors: [...active.values()].filter(Boolean).length };
}

function tickOf(candidate: Counts, stable: Counts): Tick {
  return {
    candidateRequests: candidate.requests,
    stableRequests: stable.requests,
    candidateErrors: candidate.errors,
    stableErrors: stable.errors,
    candidateLatency: [],
    stableLatency: [],
  };
}
