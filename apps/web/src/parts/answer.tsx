import type { ReactElement } from 'react';
import { readAnswerText, type Span } from '../chat/answer-text';
import { dial, hotlines, localContacts, services } from '../chat/contacts';
import type { Answer, Citation } from '../chat/contract';
import { CallLinks } from './call-links';
import { Icon } from './icons';

type OpenNote = (citation: Citation) => void;

const roles = {
  certification: 'Courses',
  trip: 'Places',
  safety: 'Safety',
  general: 'Diving',
} as const;

function Piece(props: {
  readonly span: Span;
  readonly citations: readonly Citation[];
  readonly openNote: OpenNote;
}): ReactElement | null {
  const { span, citations, openNote } = props;
  if (span.type === 'words') return <>{span.text}</>;
  if (span.type === 'number') return <a href={dial(span.text)}>{span.text}</a>;
  const citation = citations[span.index];
  if (citation === undefined) return null;
  const open = (): void => {
    openNote(citation);
  };
  return (
    <button type="button" className="note-mark" onClick={open} aria-label={citation.title}>
      {span.index + 1}
    </button>
  );
}

/** The words of an answer, as far as they have come. */
function Words(props: { readonly answer: Answer; readonly openNote: OpenNote }): ReactElement {
  const { answer, openNote } = props;
  return (
    <>
      {readAnswerText(answer.text, answer.citations).map((spans, paragraph) => (
        <p key={paragraph} dir="auto">
          {spans.map((span, index) => (
            <Piece key={index} span={span} citations={answer.citations} openNote={openNote} />
          ))}
        </p>
      ))}
    </>
  );
}

function Notes(props: {
  readonly citations: readonly Citation[];
  readonly openNote: OpenNote;
}): ReactElement | null {
  if (props.citations.length === 0) return null;
  return (
    <ul className="notes" aria-label="Where this comes from">
      {props.citations.map((citation) => (
        <li key={`${citation.slug}${citation.section}`}>
          <button
            type="button"
            className="note"
            onClick={() => {
              props.openNote(citation);
            }}
          >
            <Icon shape="note" />
            <span>
              <strong>{citation.title}</strong>
              <span className="quiet">{citation.section}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

type Props = { readonly answer: Answer; readonly isComplete: boolean; readonly openNote: OpenNote };

/** Whom to call, before anything else; then what was said. */
function EmergencyAnswer({ answer, openNote }: Props): ReactElement {
  const local = localContacts(answer.text);
  return (
    <div className="alarm">
      <div role="alert">
        <h2 className="alarm-title">
          <Icon shape="alarm" />
          Call for help now
        </h2>
      </div>
      <CallLinks contacts={[...(local.length > 0 ? local : services), ...hotlines]} />
      <div className="alarm-words">
        <Words answer={answer} openNote={openNote} />
      </div>
      <Notes citations={answer.citations} openNote={openNote} />
    </div>
  );
}

/** An answer: its words, where they come from, and for anything about safety the numbers to call. */
export function AnswerView(props: Props): ReactElement {
  const { answer, isComplete, openNote } = props;
  if (answer.safety === 'emergency') return <EmergencyAnswer {...props} />;
  const isSafety = answer.agentType === 'safety';
  const title =
    answer.safety === 'medical' ? 'A question for a physician' : roles[answer.agentType];
  return (
    <div className={isSafety ? 'answer answer-safety' : 'answer'}>
      {answer.isRestarted && (
        <p className="quiet">
          I no longer know what we said before; this begins a new conversation.
        </p>
      )}
      <p className="role">{title}</p>
      <div className={isComplete ? 'words' : 'words words-coming'}>
        <Words answer={answer} openNote={openNote} />
      </div>
      {isComplete && isSafety && <CallLinks contacts={hotlines} />}
      <Notes citations={answer.citations} openNote={openNote} />
    </div>
  );
}
