/**
 * The verdict, from evidence alone. In order of precedence:
 *
 *  1. A hard rule of the owner fired: unhealthy.
 *  2. The evidence against the candidate crossed the budget: unhealthy.
 *  3. Nothing to look at (no share, no points, no requests): undecided, each with its own reason.
 *  4. More speaks against the candidate than for it: undecided. A share never rises on that.
 *  5. A limit of the plan is exceeded, though not by more than the stable revision does: undecided.
 *  6. Every gate has its proof: healthy. Otherwise undecided, and the sentence says what is missing.
 */
import {
  absoluteErrorLogE,
  startAbsoluteError,
  thresholdSlack,
  updateAbsoluteError,
} from '@ascent/stats';
import { combinedLogE, weighQuestions } from './evidence.js';
import type { Evidence } from './evidence.js';
import { gateLens } from './gate-lens.js';
import type { GatePlan } from './gate-plan.js';
import { gateStandings } from './gate-report.js';
import type { GateStanding, Verdict } from './gate-report.js';
import { slowPart } from './latency-evidence.js';
import type { Judgement, Reason } from './judgement.js';
import { withReports } from './late-reports.js';
import { exceedsTolerance } from './observe.js';

/** Fewer stable requests for each of the candidate's are leftovers of the change of share. */
const fewBeside = 0.02;

/** When it is judged, and the share the candidate should be serving, integer percent. */
export type JudgeContext = { readonly nowMs: number; readonly sharePercent: number };

/**
 * Judges a candidate. Pure: the same evidence gives the same verdict. The reports and the sentence cost many times what
 * the verdict does and nobody reads them at most looks, so they are worked out when they are first read.
 */
export function judge(gatePlan: GatePlan, evidence: Evidence, context: JudgeContext): Judgement {
  const standings = gateStandings(gatePlan, evidence, { alone: servesAlone(evidence, context) });
  const { parts } = gateLens(gatePlan, evidence.latency?.layout ?? null);
  const logE = finiteOr(combinedLogE(weighQuestions(parts, evidence), 1), 0);
  const { verdict, reason } = decideVerdict(gatePlan, evidence, { context, standings, logE });
  const { stage } = evidence;
  const served = stage.candidateRequests + stage.stableRequests;
  return withReports(
    {
      verdict,
      reason,
      sharePercentServed: served === 0 ? null : (100 * stage.candidateRequests) / served,
      logE,
      budgetUsed: Math.min(1, gatePlan.risk.falseRollback * Math.exp(logE)),
      dataAgeMs: Math.max(0, context.nowMs - evidence.watermarkMs),
      guarantee: context.sharePercent === 100 ? 'limits-only' : 'compared',
    },
    { gatePlan, evidence, standings },
  );
}

/**
 * Whether what must be proven is that the candidate keeps to the limit, because nothing serves beside it. Users who stick
 * to the stable revision at a share of 100 % are still something to compare with. Looks at counts only.
 */
function servesAlone({ stage }: Evidence, { sharePercent }: JudgeContext): boolean {
  return sharePercent === 100 && stage.stableRequests < fewBeside * stage.candidateRequests;
}

type Decision = { readonly verdict: Verdict; readonly reason: Reason };
type Scene = {
  readonly context: JudgeContext;
  readonly standings: readonly GateStanding[];
  readonly logE: number;
};

function decideVerdict(gatePlan: GatePlan, evidence: Evidence, scene: Scene): Decision {
  return (
    whyUnhealthy(gatePlan, evidence) ??
    whyNothingSeen(gatePlan, evidence, scene) ??
    whyNotYet(gatePlan, evidence, scene) ?? { verdict: 'healthy', reason: { code: 'proven' } }
  );
}

function whyUnhealthy(gatePlan: GatePlan, evidence: Evidence): Decision | null {
  const fired = evidence.timers.findIndex(({ firedMs }) => firedMs !== null);
  const rule = gatePlan.rules[fired];
  if (rule !== undefined) return { verdict: 'unhealthy', reason: { code: 'rollback-rule', rule } };
  if (evidence.crossing === null) return null;
  const codes = {
    errorsRelative: 'worse-than-stable',
    errorsLimit: 'above-limit',
    latencyRelative: 'slower-than-stable',
    latencyLimit: 'above-latency-limit',
  } as const;
  return { verdict: 'unhealthy', reason: { code: codes[evidence.crossing.question] } };
}

function whyNothingSeen(gatePlan: GatePlan, evidence: Evidence, scene: Scene): Decision | null {
  if (gatePlan.errorRate === null && gatePlan.latencyP95 === null) {
    return { verdict: 'healthy', reason: { code: 'no-gates' } };
  }
  if (scene.context.sharePercent === 0) return undecided({ code: 'no-traffic-share' });
  const { candidateRequests, stableRequests } = evidence.stage;
  if (candidateRequests > 0) return null;
  const seen = stableRequests > 0 || evidence.watermarkMs > evidence.stage.sinceMs;
  return undecided({ code: seen ? 'no-requests' : 'no-points' });
}

function whyNotYet(gatePlan: GatePlan, evidence: Evidence, scene: Scene): Decision | null {
  // Before the first block it is 0, to within rounding: nothing speaks for or against.
  if (scene.logE > thresholdSlack) {
    const within =
      gatePlan.errorRate !== null &&
      scene.standings.some(({ name, proof }) => name === 'errorRate' && proof.complete) &&
      !exceedsTolerance(gatePlan, evidence);
    return undecided({ code: within ? 'worse-within-tolerance' : 'evidence-against' });
  }
  const over = scene.standings.find((gate) => exceedsLimit(gate));
  if (over !== undefined) return undecided({ code: 'limit-exceeded', gate: over.name });
  // Below 100 % the stable revision serves; while none of its requests are measured, nothing has been compared.
  const uncompared = scene.context.sharePercent < 100 && evidence.stage.stableRequests === 0;
  const unproven = scene.standings.find(({ proof }) => !proof.complete || uncompared);
  if (unproven === undefined) return null;
  if (unproven.name === 'latencyP95' && unproven.candidate.requests === 0) {
    return undecided({ code: 'no-latency' });
  }
  return undecided({ code: 'not-enough-requests', gate: unproven.name });
}

function undecided(reason: Reason): Decision {
  return { verdict: 'undecided', reason };
}

/** Whether the recent past speaks more for a candidate above the limit than for one at it. */
function exceedsLimit({ name, limit: { max }, candidate }: GateStanding): boolean {
  const { requests, bad } = candidate;
  const limit = name === 'errorRate' ? max : slowPart;
  if (requests === 0 || limit <= 0 || limit >= 1) return limit <= 0 && bad > 0;
  const sample = { requests, errors: bad };
  const test = updateAbsoluteError(startAbsoluteError(), sample, { limit, logThreshold: null });
  return absoluteErrorLogE(test) > 0;
}

function finiteOr(value: number, otherwise: number): number {
  return Number.isFinite(value) ? value : otherwise;
}
