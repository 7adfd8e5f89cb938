import { useEffect, useRef, type ReactElement } from 'react';
import { acceptFollowUp } from '../chat/answer-text';
import type { Citation } from '../chat/contract';
import type { Conversation, Turn } from '../chat/conversation';
import { AnswerView } from './answer';
import { FailureCard } from './failure-card';
import { Icon } from './icons';

/** What can be done from within the conversation. */
export type ThreadActs = {
  readonly ask: (question: string) => void;
  readonly retry: () => void;
  readonly reword: (question: string) => void;
  /** Lets the diver type. */
  readonly type: () => void;
  readonly openNote: (citation: Citation) => void;
};

function FollowUp(props: { readonly question: string; readonly acts: ThreadActs }): ReactElement {
  const { question, acts } = props;
  const take = (): void => {
    const yes = acceptFollowUp(question);
    if (yes === null) acts.type();
    else acts.ask(yes);
  };
  return (
    <button type="button" className="follow-up" onClick={take}>
      <span dir="auto">{question}</span>
      <Icon shape="next" />
    </button>
  );
}

type TurnProps = {
  readonly turn: Turn;
  readonly isLast: boolean;
  readonly acts: ThreadActs;
};

/** What there is of an answer: its words, or the sign that they are looked for. */
function AnswerSoFar({ turn, acts }: Omit<TurnProps, 'isLast'>): ReactElement | null {
  const { answer, phase } = turn;
  if (answer !== null && (answer.text !== '' || answer.safety === 'emergency'))
    return <AnswerView answer={answer} isComplete={phase === 'done'} openNote={acts.openNote} />;
  if (phase !== 'asking' && phase !== 'streaming') return null;
  return (
    <p className="looking">
      <span className="bubbles" aria-hidden="true" />
      Looking in the notes
    </p>
  );
}

/** What can be done about the newest question. */
function NextStep({ turn, acts }: Omit<TurnProps, 'isLast'>): ReactElement | null {
  const followUp = turn.answer?.followUpQuestion ?? null;
  if (turn.phase === 'done' && followUp !== null)
    return <FollowUp question={followUp} acts={acts} />;
  if (turn.failure === null) return null;
  const reword = (): void => {
    acts.reword(turn.question);
  };
  return <FailureCard turn={turn} onRetry={acts.retry} onReword={reword} />;
}

function TurnView({ turn, isLast, acts }: TurnProps): ReactElement {
  const { question, phase } = turn;
  const isComing = phase === 'asking' || phase === 'streaming';
  return (
    <article className={isLast ? 'turn turn-last' : 'turn'} aria-busy={isComing}>
      <p className="question" tabIndex={-1} dir="auto">
        <span className="unseen" dir="ltr">
          You:{' '}
        </span>
        {question}
      </p>
      <AnswerSoFar turn={turn} acts={acts} />
      {isLast && <NextStep turn={turn} acts={acts} />}
      {!isLast && phase === 'failed' && <p className="quiet">This one was not answered.</p>}
    </article>
  );
}

/**
 * Brings a new question to the top, where its answer then grows downwards and nothing moves. With the keyboard's focus
 * where that would otherwise be lost: the button that asked is gone.
 */
function useNewestInView(conversation: Conversation): React.RefObject<HTMLDivElement | null> {
  const log = useRef<HTMLDivElement>(null);
  const lastId = conversation.turns.at(-1)?.id ?? 0;
  const shownId = useRef<number | null>(null);
  useEffect(() => {
    const isNew = shownId.current !== null && lastId > shownId.current;
    const isReturn = shownId.current === null;
    shownId.current = lastId;
    const question = log.current?.lastElementChild?.querySelector<HTMLElement>('.question');
    if (!isNew && !isReturn) return;
    question?.parentElement?.scrollIntoView({
      block: 'start',
      behavior: isNew ? 'auto' : 'instant',
    });
    if (isNew && document.activeElement === document.body) question?.focus({ preventScroll: true });
  }, [lastId]);
  return log;
}

type Props = { readonly conversation: Conversation; readonly acts: ThreadActs };

/** The conversation. */
export function Thread({ conversation, acts }: Props): ReactElement {
  const log = useNewestInView(conversation);
  const { turns, isForgotten } = conversation;
  return (
    <div className="thread">
      <h1 className="unseen">Your conversation</h1>
      <div ref={log} role="log" aria-label="Conversation">
        {turns.map((turn, index) => (
          <TurnView key={turn.id} turn={turn} isLast={index === turns.length - 1} acts={acts} />
        ))}
      </div>
      {isForgotten && (
        <p className="quiet forgotten">
          This conversation has ended on our side (after 24 hours) and is kept on this device only.
          Your next question begins a new one.
        </p>
      )}
    </div>
  );
}
