/** What a signed-in person can do now: one press and a confirmation. Going back never waits for a reason. */
import { useState, type ReactElement } from 'react';
import type { WishType } from '@ascent/controller';
import {
  formatDuration,
  isOpen,
  stageOf,
  type PauseCause,
  type Rollout,
  type RolloutPlan,
} from '@ascent/core';
import { act, explain } from '../api.js';
import { nextStep } from '../model/next-step.js';
import { shortRevision } from '../model/revision-name.js';
import { Dialog } from './dialog.js';

type Act = {
  readonly type: WishType;
  readonly label: string;
  readonly question: string;
  readonly promise: string;
  readonly look: string;
};

type Scene = { readonly plan: RolloutPlan; readonly rollout: Rollout; readonly nowMs: number };

/** The buttons of an open rollout; the question after a rollback. */
export function Acts(props: Scene): ReactElement | null {
  const { rollout } = props;
  const [asked, setAsked] = useState<Act | null>(null);
  const [rolledBack, setRolledBack] = useState<string | null>(null);
  const acts = isOpen(rollout) ? actsFor(props) : [];
  return (
    <>
      {acts.length > 0 && (
        <div className="acts" role="group" aria-label="What you can do">
          {acts.map((one) => (
            <button
              key={one.type}
              type="button"
              className={one.look}
              onClick={() => {
                setAsked(one);
              }}
            >
              {one.label}
            </button>
          ))}
        </div>
      )}
      {asked !== null && (
        <Confirm
          wanted={asked}
          onDone={(done) => {
            setAsked(null);
            if (done && asked.type === 'rollback') setRolledBack(rollout.id);
          }}
        />
      )}
      {rolledBack === rollout.id && !isOpen(rollout) && (
        <AskWhy
          rollout={rollout}
          onDone={() => {
            setRolledBack(null);
          }}
        />
      )}
    </>
  );
}

function actsFor({ plan, rollout, nowMs }: Scene): readonly Act[] {
  const stable = shortRevision(rollout.stable, plan.service);
  const candidate = shortRevision(rollout.candidate, plan.service);
  const step = nextStep(plan, rollout, nowMs);
  const acts: Act[] = [];
  if (step.needsApproval && step.stage !== null) {
    acts.push({
      type: 'approve',
      label: `Approve ${step.stage.sharePercent} %`,
      question: `Approve ${step.stage.sharePercent} % for ${candidate}?`,
      promise: step.askedForApproval
        ? 'It is healthy, so it goes there with the next look.'
        : 'It goes there once its hold is over and the gates find it healthy, not before.',
      look: step.askedForApproval ? 'act-main' : '',
    });
  }
  if (rollout.status.type === 'paused') {
    acts.push({
      type: 'resume',
      label: 'Resume',
      question: `Resume at ${rollout.sharePercent} %?`,
      promise: resumePromise(rollout.status.cause, plan, rollout),
      look: '',
    });
  } else {
    acts.push({
      type: 'pause',
      label: 'Pause',
      question: `Pause at ${rollout.sharePercent} %?`,
      promise:
        'It does not go on until somebody resumes it. It still goes back by itself if it must.',
      look: '',
    });
  }
  acts.push({
    type: 'rollback',
    label: 'Roll back',
    question: `Send everything back to ${stable}?`,
    promise: `${candidate} gets no user any more, at once. Nothing is waited for; you can say why afterwards.`,
    look: 'act-back',
  });
  return acts;
}

function resumePromise(cause: PauseCause, plan: RolloutPlan, rollout: Rollout): string {
  switch (cause) {
    case 'foreignChange':
      return `The traffic goes back to the plan: ${rollout.sharePercent} % for the candidate.`;
    case 'undecidable':
      return `It is watched for another ${formatDuration(stageOf(plan, rollout).holdMaxMs)}, and goes on as soon as the gates find it healthy.`;
    default:
      return 'It goes on with the plan from here.';
  }
}

function Confirm({
  wanted,
  onDone,
}: {
  readonly wanted: Act;
  readonly onDone: (done: boolean) => void;
}): ReactElement {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const isBack = wanted.type === 'rollback';
  const confirm = async (): Promise<void> => {
    setBusy(true);
    const answer = await act(wanted.type, reason.trim());
    setBusy(false);
    if (answer.ok) onDone(true);
    else setFault(answer.why);
  };
  return (
    <Dialog
      title={wanted.question}
      onClose={() => {
        onDone(false);
      }}
    >
      <p>{wanted.promise}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        {!isBack && <Reason value={reason} onChange={setReason} />}
        {fault !== null && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <div className="form-acts">
          <button
            type="button"
            onClick={() => {
              onDone(false);
            }}
          >
            Cancel
          </button>
          <button type="submit" className={isBack ? 'act-back sure' : 'act-main'} disabled={busy}>
            {isBack ? 'Roll back now' : wanted.label}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Reason(props: {
  readonly value: string;
  readonly onChange: (reason: string) => void;
}): ReactElement {
  return (
    <label>
      Why <small>goes into the audit log; may stay empty</small>
      <textarea
        rows={2}
        maxLength={500}
        value={props.value}
        onChange={({ target }) => {
          props.onChange(target.value);
        }}
      />
    </label>
  );
}

function AskWhy({
  rollout,
  onDone,
}: {
  readonly rollout: Rollout;
  readonly onDone: () => void;
}): ReactElement {
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const save = async (): Promise<void> => {
    const decision = rollout.decisions.findLast(({ type }) => type === 'rolledBack');
    const answer = await explain(rollout.id, decision?.seq ?? rollout.seq, reason.trim());
    if (answer.ok) onDone();
    else setFault(answer.why);
  };
  return (
    <Dialog title="It is rolled back. Why?" onClose={onDone}>
      <p>Everybody who looks at this tomorrow will want to know. You can leave it for later.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Reason value={reason} onChange={setReason} />
        {fault !== null && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <div className="form-acts">
          <button type="button" onClick={onDone}>
            Not now
          </button>
          <button type="submit" className="act-main" disabled={reason.trim() === ''}>
            Write it down
          </button>
        </div>
      </form>
    </Dialog>
  );
}
