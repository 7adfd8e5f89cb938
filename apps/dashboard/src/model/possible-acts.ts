/** What a person can do to an open rollout now, and what each act would come to. The controller has the last word. */
import type { WishType } from '@ascent/controller';
import {
  formatDuration,
  stageOf,
  type PauseCause,
  type Rollout,
  type RolloutPlan,
} from '@ascent/core';
import { nextStep } from './next-step.js';
import { shortRevision } from './revision-name.js';

/** One thing to do. */
export type Act = {
  readonly type: WishType;
  readonly label: string;
  readonly question: string;
  readonly promise: string;
  /** What is asked beside the confirmation; `null` asks for nothing. */
  readonly ask: {
    readonly label: string;
    readonly hint: string;
    readonly required: boolean;
  } | null;
  /** `main` is what the rollout waits for, `back` the way back, `rare` stands behind "More". */
  readonly weight: 'main' | 'plain' | 'back' | 'rare';
};

/** The rollout a person looks at. */
export type ActScene = {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  readonly nowMs: number;
};

const why = { label: 'Why', hint: 'goes into the audit log; may stay empty', required: false };
const whyOverride = {
  label: 'Why',
  hint: 'it goes against the gates, so the audit log needs it',
  required: true,
};

/** All acts, in the order of the buttons. */
export function possibleActs(scene: ActScene): readonly Act[] {
  return [
    ...approval(scene),
    ...spotCheck(scene),
    pauseOrResume(scene),
    wayBack(scene),
    ...overrides(scene),
  ];
}

function approval({ plan, rollout, nowMs }: ActScene): readonly Act[] {
  const { stage, needsApproval, askedForApproval } = nextStep(plan, rollout, nowMs);
  if (!needsApproval || stage === null) return [];
  const candidate = shortRevision(rollout.candidate, plan.service);
  const others =
    stage.approvalsRequired > 1 ? ` ${stage.approvalsRequired} people must approve in all.` : '';
  const promise = askedForApproval
    ? 'It is healthy, so it goes there with the next look.'
    : 'It goes there once its hold is over and the gates find it healthy, not before.';
  return [
    {
      type: 'approve',
      label: `Approve ${stage.sharePercent} %`,
      question: `Approve ${stage.sharePercent} % for ${candidate}?`,
      promise: promise + others,
      ask: why,
      weight: askedForApproval ? 'main' : 'plain',
    },
  ];
}

function spotCheck({ plan, rollout }: ActScene): readonly Act[] {
  if (stageOf(plan, rollout).spotChecks === 0) return [];
  return [
    {
      type: 'tickOff',
      label: 'Tick off a spot check',
      question: 'Tick off one scenario?',
      promise: 'It counts as one of the stage’s spot checks, with your name.',
      ask: { label: 'What you tried', hint: 'and that it was right', required: true },
      weight: 'plain',
    },
  ];
}

function pauseOrResume({ plan, rollout }: ActScene): Act {
  const share = `${rollout.sharePercent} %`;
  if (rollout.status.type === 'paused') {
    return {
      type: 'resume',
      label: 'Resume',
      question: `Resume at ${share}?`,
      promise: resumePromise(rollout.status.cause, plan, rollout),
      ask: why,
      weight: 'plain',
    };
  }
  return {
    type: 'pause',
    label: 'Pause',
    question: `Pause at ${share}?`,
    promise:
      'It does not go on until somebody resumes it. It still goes back by itself if it must.',
    ask: why,
    weight: 'plain',
  };
}

function resumePromise(cause: PauseCause, plan: RolloutPlan, rollout: Rollout): string {
  switch (cause) {
    case 'foreignChange':
      return `The traffic goes back to the plan: ${rollout.sharePercent} % for the candidate.`;
    case 'undecidable':
      return `It is watched for another ${formatDuration(stageOf(plan, rollout).holdMaxMs)}, and goes on as soon as the gates find it healthy.`;
    case 'spotChecks':
      return 'The spot checks of this stage begin again.';
    case 'person':
    case 'blind':
    case 'stableMissing':
      return 'It goes on with the plan from here.';
  }
}

/** Never asks why first: the reason can wait, the users cannot. */
function wayBack({ plan, rollout }: ActScene): Act {
  return {
    type: 'rollback',
    label: 'Roll back',
    question: `Send everything back to ${shortRevision(rollout.stable, plan.service)}?`,
    promise: `${shortRevision(rollout.candidate, plan.service)} gets no user any more, at once. Nothing is waited for; you can say why afterwards.`,
    ask: null,
    weight: 'back',
  };
}

function overrides({ plan, rollout }: ActScene): readonly Act[] {
  const next = plan.stages[rollout.stageIndex + 1];
  const candidate = shortRevision(rollout.candidate, plan.service);
  const skip: Act = {
    type: 'skip',
    label: 'Skip this stop',
    question: `Go to ${next?.sharePercent ?? 100} % without a verdict?`,
    promise: 'The gates have not found it healthy. It still goes back by itself if it must.',
    ask: whyOverride,
    weight: 'rare',
  };
  const rest: readonly Act[] = [
    {
      type: 'promote',
      label: 'Promote now',
      question: `Make ${candidate} the stable revision now?`,
      promise: 'It gets everybody at once, without a verdict, and nothing watches it any more.',
      ask: whyOverride,
      weight: 'rare',
    },
    {
      type: 'abort',
      label: 'Abort',
      question: `End the rollout of ${candidate}?`,
      promise: `${shortRevision(rollout.stable, plan.service)} serves everything again, and nothing is held against ${candidate}.`,
      ask: why,
      weight: 'rare',
    },
  ];
  return next === undefined ? rest : [skip, ...rest];
}
