/** What a signed-in person can do now: one press and a confirmation. Going back never waits for a reason. */
import { useState, type ReactElement } from 'react';
import type { Seen } from '@ascent/controller';
import { isOpen, stageOf, type Rollout } from '@ascent/core';
import { act, explain } from '../api.js';
import { possibleActs, type Act, type ActScene } from '../model/possible-acts.js';
import { leaveAsk, type AskedAct } from '../route.js';
import { Dialog } from './dialog.js';

const looks: Readonly<Record<Act['weight'], string>> = {
  main: 'act-main',
  plain: '',
  back: 'act-back',
  rare: 'small',
};

/** A question that stands as it was asked, however the rollout goes on behind it. */
type Asked = { readonly act: Act; readonly seen: Seen };

/** The buttons of an open rollout; the question why after one that was rolled back. */
export function Acts(
  props: ActScene & {
    readonly ask: AskedAct | null;
    /** Called where the controller does not know the person any more, with the link to what they wanted. */
    readonly onSignedOut: (wanted: AskedAct | null) => void;
  },
): ReactElement {
  const { rollout, ask, onSignedOut } = props;
  const open = isOpen(rollout);
  const [explaining, setExplaining] = useState(false);
  const acts = open ? possibleActs(props) : [];
  const [asked, press, answered] = useQuestion(props, acts);
  return (
    <>
      {open && (
        <div className="acts" role="group" aria-label="What you can do">
          <ActButtons acts={acts.filter(({ weight }) => weight !== 'rare')} onPress={press} />
          <details className="more">
            <summary>More</summary>
            <ActButtons acts={acts.filter(({ weight }) => weight === 'rare')} onPress={press} />
          </details>
        </div>
      )}
      {rollout.status.type === 'rolledBack' && (
        <button
          type="button"
          onClick={() => {
            setExplaining(true);
          }}
        >
          Say why
        </button>
      )}
      {asked !== null && (
        <Confirm
          asked={asked}
          onSignedOut={onSignedOut}
          onDone={(done) => {
            answered();
            if (ask !== null) leaveAsk();
            if (done && asked.act.type === 'rollback') setExplaining(true);
          }}
        />
      )}
      {explaining && !open && (
        <AskWhy
          rollout={rollout}
          onSignedOut={onSignedOut}
          onDone={() => {
            setExplaining(false);
          }}
        />
      )}
    </>
  );
}

/** The open question, the way to ask one, and the way to close it. */
function useQuestion(
  { plan, rollout, ask }: ActScene & { readonly ask: AskedAct | null },
  acts: readonly Act[],
): readonly [asked: Asked | null, press: (act: Act) => void, answered: () => void] {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [followed, setFollowed] = useState<AskedAct | null>(null);
  const press = (act: Act): void => {
    setAsked({ act, seen: { rollout: rollout.id, stage: stageOf(plan, rollout).name } });
  };
  // A link in a message opens its question, once; where the moment for it has passed, nothing opens.
  if (followed !== ask) {
    setFollowed(ask);
    const linked = acts.find(({ type }) => type === ask);
    if (linked !== undefined) press(linked);
  }
  const answered = (): void => {
    setAsked(null);
  };
  return [asked, press, answered];
}

function ActButtons(props: {
  readonly acts: readonly Act[];
  readonly onPress: (act: Act) => void;
}): ReactElement {
  return (
    <>
      {props.acts.map((one) => (
        <button
          key={one.type}
          type="button"
          className={looks[one.weight]}
          onClick={() => {
            props.onPress(one);
          }}
        >
          {one.label}
        </button>
      ))}
    </>
  );
}

function Confirm(props: {
  readonly asked: Asked;
  readonly onSignedOut: (wanted: AskedAct | null) => void;
  readonly onDone: (done: boolean) => void;
}): ReactElement {
  const { asked, onSignedOut, onDone } = props;
  const { act: wanted, seen } = asked;
  const { type } = wanted;
  const isBack = type === 'rollback';
  return (
    <ReasonDialog
      title={wanted.question}
      text={wanted.promise}
      ask={wanted.ask}
      yes={isBack ? 'Roll back now' : wanted.label}
      no="Cancel"
      look={isBack ? 'act-back sure' : 'act-main'}
      send={async (reason) => {
        const answer = await act(type, reason, seen);
        if (answer.ok) onDone(true);
        else if (answer.signedOut) onSignedOut(isBack || type === 'approve' ? type : null);
        return answer.ok ? null : answer.why;
      }}
      onClose={() => {
        onDone(false);
      }}
    />
  );
}

function AskWhy(props: {
  readonly rollout: Rollout;
  readonly onSignedOut: (wanted: null) => void;
  readonly onDone: () => void;
}): ReactElement {
  const { rollout, onSignedOut, onDone } = props;
  return (
    <ReasonDialog
      title="It is rolled back. Why?"
      text="Everybody who looks at this tomorrow will want to know. It can wait: “Say why” asks again."
      ask={{ label: 'Why', hint: 'goes into the journal with your name', required: true }}
      yes="Write it down"
      no="Not now"
      look="act-main"
      send={async (reason) => {
        const decision = rollout.decisions.findLast(({ type }) => type === 'rolledBack');
        const answer = await explain(rollout.id, decision?.seq ?? rollout.seq, reason);
        if (answer.ok) onDone();
        else if (answer.signedOut) onSignedOut(null);
        return answer.ok ? null : answer.why;
      }}
      onClose={onDone}
    />
  );
}

/** Resolves `send` with `null`, or with why it did not work. */
function ReasonDialog(props: {
  readonly title: string;
  readonly text: string;
  readonly ask: Act['ask'];
  readonly yes: string;
  readonly no: string;
  readonly look: string;
  readonly send: (reason: string) => Promise<string | null>;
  readonly onClose: () => void;
}): ReactElement {
  const { title, text, ask, yes, no, look, send, onClose } = props;
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setFault(await send(reason.trim()));
    setBusy(false);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        {ask !== null && <Reason ask={ask} value={reason} onChange={setReason} />}
        {fault !== null && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <div className="form-acts">
          <button type="button" onClick={onClose}>
            {no}
          </button>
          <button type="submit" className={look} disabled={busy}>
            {yes}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Reason(props: {
  readonly ask: NonNullable<Act['ask']>;
  readonly value: string;
  readonly onChange: (reason: string) => void;
}): ReactElement {
  const { ask, value, onChange } = props;
  return (
    <label>
      {ask.label} <small>{ask.hint}</small>
      <textarea
        rows={2}
        maxLength={500}
        required={ask.required}
        value={value}
        onChange={({ target }) => {
          onChange(target.value);
        }}
      />
    </label>
  );
}
