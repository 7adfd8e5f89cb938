/** The audit log, newest first. */
import type { ReactElement } from 'react';
import type { Decision } from '@ascent/core';
import { ago, fullTime, grainFor } from '../model/clock-text.js';
import { shortenRevisions } from '../model/revision-name.js';
import { decisionWords, SignIcon, signOf } from './mark.js';

/** Every decision with its time, its sentence and who made it. */
export function Decisions(props: {
  readonly decisions: readonly Decision[];
  readonly service: string;
  /** `null` shows when it was instead of how long ago: a report is read tomorrow. */
  readonly nowMs: number | null;
}): ReactElement {
  const { decisions, service, nowMs } = props;
  const grain = grainFor((decisions.at(-1)?.atMs ?? 0) - (decisions[0]?.atMs ?? 0));
  if (decisions.length === 0) return <p className="quiet">Nothing has been decided yet.</p>;
  return (
    <ol className="decisions" reversed>
      {decisions.toReversed().map((decision) => (
        <li key={decision.seq}>
          <SignIcon sign={signOf[decision.type]} />
          <div>
            <p className="decision-head">
              <strong>{decisionWords[decision.type]}</strong>{' '}
              <span className="quiet">
                {shareWords(decision)} ·{' '}
                <time
                  dateTime={new Date(decision.atMs).toISOString()}
                  title={fullTime(decision.atMs)}
                >
                  {nowMs === null ? fullTime(decision.atMs, grain) : ago(decision.atMs, nowMs)}
                </time>
                {decision.by === 'ascent' ? '' : ` · ${decision.by}`}
              </span>
            </p>
            <p>{shortenRevisions(decision.sentence, service)}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function shareWords({ fromPercent, toPercent, stage }: Decision): string {
  return fromPercent === toPercent ? `${stage}, ${toPercent} %` : `${fromPercent} → ${toPercent} %`;
}
