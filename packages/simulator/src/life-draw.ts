/**
 * What seeds draw since the second version of trials: spot checks, two approvers, several channels, loops that deliver
 * beside their steps, people who try again and silence, a stable revision that somebody deletes. It has a stream of its
 * own, so a seed of the first version stays what it was.
 */
import type { Channel, RolloutPlan, SmokeCheck } from '@ascent/core';
import type { Chance } from './chance.js';
import type { Deed, TrialPlan } from './trial-plan.js';

/** `trial` with more of life in it. */
export function withLife(trial: TrialPlan, chance: Chance): TrialPlan {
  const { startMs, healMs } = trial;
  const controllers = trial.controllers.map((controller) =>
    chance.happens(0.35) ? { ...controller, style: 'runLoop' as const } : controller,
  );
  return {
    ...trial,
    plan: livelyPlan(trial.plan, chance),
    controllers,
    deeds: [...trial.deeds, ...drawDeeds(chance, { startMs, durationMs: healMs - startMs })].sort(
      (a, b) => a.atMs - b.atMs,
    ),
  };
}

function livelyPlan(plan: RolloutPlan, chance: Chance): RolloutPlan {
  const recorded = chance.happens(0.5) ? chance.whole(1, 3) : 0;
  const stages = plan.stages.map((stage) => {
    const { sharePercent, approvalsRequired } = stage;
    const spotChecks = sharePercent > 0 && chance.happens(0.3) ? chance.whole(1, 3) : 0;
    const isForTwo = approvalsRequired > 0 && chance.happens(0.5);
    return { ...stage, spotChecks, approvalsRequired: isForTwo ? 2 : approvalsRequired };
  });
  const scenarios = Array.from({ length: recorded }, (_, index) => scenario(index + 1));
  const told = channels.filter(() => chance.happens(0.4));
  return { ...plan, stages, scenarios, notify: { pageUrl: null, channels: told } };
}

function scenario(number: number): SmokeCheck {
  return {
    name: `scenario ${number}`,
    method: 'GET',
    path: `/scenario/${number}`,
    headers: {},
    body: null,
    expect: { status: 200, contains: [], json: {}, events: [], within: 10_000 },
    save: {},
  };
}

const channels: readonly Channel[] = [
  { type: 'slack', webhookUrl: { env: 'SLACK' } },
  { type: 'email', to: ['oncall@web.test'], from: 'ascent@web.test', smtpUrl: { env: 'SMTP' } },
  { type: 'webhook', url: 'https://hook.test', secret: { env: 'HOOK' } },
];

function drawDeeds(
  chance: Chance,
  { startMs, durationMs }: { readonly startMs: number; readonly durationMs: number },
): readonly Deed[] {
  const deed = (what: Deed['what'], by: string): Deed => ({
    atMs: startMs + Math.round(durationMs * chance.prng.uniform()),
    by,
    what,
  });
  const person = (): string => chance.pick(['ana', 'ben']);
  const deeds: Deed[] = [];
  for (const what of ['restart', 'silence', 'tickOff'] as const) {
    const times = chance.pick([0, 0, 1, 3]);
    for (let left = times; left > 0; left -= 1) deeds.push(deed(what, person()));
  }
  if (chance.happens(0.15)) deeds.push(deed('deleteStable', 'console'));
  return deeds;
}
