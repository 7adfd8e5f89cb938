/**
 * The owner's hard rules, "above 5 % for 15 minutes", on traffic of any size.
 *
 * A single quiet interval must not reset the clock just because it held two requests that went well, and
 * one burst must not stand for fifteen minutes. So intervals are pooled into parts of at least twenty
 * requests or a third of the time, and the rule fires when every part without a gap has been above the
 * limit for the whole time. Time without requests neither proves nor disproves; too much of it starts
 * the clock again.
 */
import type { RollbackRule } from './gate-plan.js';

/** Requests that make a part, unless a third of the rule's time passes first. */
const partRequests = 20;
/** Part of requests that may be slower than the 95th percentile. */
const slowPart = 0.05;

/** Where a rule's clock stands. Plain data. */
export type RuleTimer = {
  /** Since when every part has been above the limit; `null` when the last one was not. */
  readonly aboveSinceMs: number | null;
  /** End of the last interval with requests; `null` before any. */
  readonly lastDataMs: number | null;
  readonly open: {
    readonly startMs: number;
    readonly requests: number;
    readonly bad: number;
  } | null;
  /** When the rule fired; it stays so. */
  readonly firedMs: number | null;
};

/** A clock before any request. */
export const idleTimer: RuleTimer = {
  aboveSinceMs: null,
  lastDataMs: null,
  open: null,
  firedMs: null,
};

/** The candidate's requests of one interval, and how many broke the rule's limit. */
export type RuleSample = {
  readonly startMs: number;
  readonly endMs: number;
  readonly requests: number;
  readonly bad: number;
};

/** Moves a rule's clock over one interval. */
export function advanceTimer(timer: RuleTimer, rule: RollbackRule, sample: RuleSample): RuleTimer {
  if (timer.firedMs !== null || sample.requests === 0) return timer;
  const lastDataMs = timer.lastDataMs ?? sample.startMs;
  const known = sample.startMs - lastDataMs > rule.forMs / 2 ? idleTimer : timer;
  const open = addPart(known.open, sample);
  const closed = open.requests >= partRequests || sample.endMs - open.startMs >= rule.forMs / 3;
  return closed
    ? closePart(known, rule, { part: open, endMs: sample.endMs })
    : { aboveSinceMs: known.aboveSinceMs, lastDataMs: sample.endMs, open, firedMs: null };
}

type Part = NonNullable<RuleTimer['open']>;

function addPart(open: Part | null, sample: RuleSample): Part {
  return {
    startMs: open?.startMs ?? sample.startMs,
    requests: (open?.requests ?? 0) + sample.requests,
    bad: (open?.bad ?? 0) + sample.bad,
  };
}

function closePart(
  timer: RuleTimer,
  rule: RollbackRule,
  { part, endMs }: { readonly part: Part; readonly endMs: number },
): RuleTimer {
  const allowed = rule.metric === 'errorRate' ? rule.above : slowPart;
  const above = part.bad > allowed * part.requests;
  const aboveSinceMs = above ? (timer.aboveSinceMs ?? part.startMs) : null;
  const fired = aboveSinceMs !== null && endMs - aboveSinceMs >= rule.forMs;
  return { aboveSinceMs, lastDataMs: endMs, open: null, firedMs: fired ? endMs : null };
}
