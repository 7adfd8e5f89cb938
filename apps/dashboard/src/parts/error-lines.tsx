/** The newest error lines of the candidate: what it says itself, shown as text. */
import { useEffect, useState, type ReactElement } from 'react';
import type { ErrorLine, ErrorLines } from '@ascent/controller';
import { readErrors } from '../api.js';
import { clockTime } from '../model/clock-text.js';

/** A log is read at most this often, however often the controller looks. */
const PACE_MS = 10_000;
/** Lines shown before one asks for more. */
const FIRST = 5;

/** The card; `atMs` is the time of the snapshot it follows. */
export function ErrorLinesCard(props: {
  readonly rollout: string;
  readonly atMs: number;
}): ReactElement | null {
  const { rollout, atMs } = props;
  const found = useErrors(rollout, Math.floor(atMs / PACE_MS));
  if (found === null) return null;
  return (
    <section className="card">
      <h2>Errors of the candidate</h2>
      {found.type === 'unavailable' ? (
        <p className="fault">The log cannot be read: {found.reason}</p>
      ) : (
        <Lines lines={found.lines} nowMs={atMs} />
      )}
    </section>
  );
}

function useErrors(rollout: string, turn: number): ErrorLines | null {
  const [found, setFound] = useState<{
    readonly rollout: string;
    readonly lines: ErrorLines;
  } | null>(null);
  useEffect(() => {
    let current = true;
    void readErrors().then((answer) => {
      if (current && answer.ok) setFound({ rollout, lines: answer.value });
    });
    return () => {
      current = false;
    };
  }, [rollout, turn]);
  return found?.rollout === rollout ? found.lines : null;
}

function Lines(props: {
  readonly lines: readonly ErrorLine[];
  readonly nowMs: number;
}): ReactElement {
  const { lines, nowMs } = props;
  if (lines.length === 0) return <p>It has logged none since the rollout began.</p>;
  return (
    <>
      <LineList lines={lines.slice(0, FIRST)} nowMs={nowMs} />
      {lines.length > FIRST && (
        <details className="quiet">
          <summary>{lines.length - FIRST} more</summary>
          <LineList lines={lines.slice(FIRST)} nowMs={nowMs} />
        </details>
      )}
    </>
  );
}

function LineList(props: {
  readonly lines: readonly ErrorLine[];
  readonly nowMs: number;
}): ReactElement {
  const { lines, nowMs } = props;
  return (
    <ol className="error-lines">
      {lines.map(({ atMs, severity, text }, index) => (
        <li key={`${String(atMs)} ${String(index)}`}>
          <span className="quiet">
            {clockTime(atMs, nowMs, 'second')} {severity.toLowerCase()}
          </span>
          <code>{text}</code>
        </li>
      ))}
    </ol>
  );
}
