import type { ReactElement } from 'react';
import { Icon } from './icons';

/** Depths that every diver knows: the safety stop, the limit of the first course, that of the second. */
const stops = [
  { depth: '5 m', field: 'Staying safe', question: 'How long before I may fly after diving?' },
  { depth: '18 m', field: 'Courses', question: 'What is PADI Open Water certification?' },
  { depth: '30 m', field: 'Places', question: 'When is the best time to dive in Bali?' },
] as const;

type Props = {
  readonly ask: (question: string) => void;
  /** The first question of the conversation put aside, or `null`. */
  readonly earlier: string | null;
  readonly goBack: () => void;
};

/** The way down: what can be asked, along a line. */
export function Landing({ ask, earlier, goBack }: Props): ReactElement {
  return (
    <div className="landing">
      <svg className="surface" viewBox="0 0 800 40" preserveAspectRatio="none" aria-hidden="true">
        <path d="M0 22c66-22 134-22 200 0s134 22 200 0 134-22 200 0 134 22 200 0" />
      </svg>
      <h1>Ask before you&nbsp;dive.</h1>
      <p className="lead">
        Courses, places, staying safe: answers from reviewed notes, with their sources.
      </p>
      {earlier !== null && (
        <button type="button" className="earlier" onClick={goBack}>
          <Icon shape="back" />
          <span>
            Back to <q dir="auto">{earlier}</q>
          </span>
        </button>
      )}
      <ol className="line" aria-label="Questions to begin with">
        {stops.map(({ depth, field, question }) => (
          <li key={depth}>
            <span className="depth" aria-hidden="true">
              {depth}
            </span>
            <button
              type="button"
              className="stop"
              onClick={() => {
                ask(question);
              }}
            >
              <span className="stop-field">{field}</span>
              <span className="stop-question">{question}</span>
            </button>
          </li>
        ))}
      </ol>
      <p className="promise">
        Information, not instruction. Whether you are fit to dive, a physician says; if something is
        wrong right now, call.
      </p>
    </div>
  );
}
