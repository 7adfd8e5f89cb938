/** Rollouts that ended, and the DORA figures over them. */
import { useEffect, useState, type ReactElement } from 'react';
import type { DoraFigures, HistoryLine, HistoryPage } from '@ascent/controller';
import { formatDuration } from '@ascent/core';
import { readHistory, type Answer } from '../api.js';
import { percentText } from '../model/amount.js';
import { fullTime } from '../model/clock-text.js';
import { shortenRevisions, shortRevision } from '../model/revision-name.js';
import { outcomeWords } from '../model/outcome.js';
import { SignIcon } from '../parts/mark.js';
import { rolloutHash } from '../route.js';

/** The list. */
export function HistoryList({
  service,
}: {
  readonly service: string;
  readonly nowMs: number;
}): ReactElement {
  const [answer, setAnswer] = useState<Answer<HistoryPage> | null>(null);
  useEffect(() => {
    void readHistory().then(setAnswer);
  }, []);
  return (
    <section className="card">
      <h1 className="page-title">History</h1>
      {answer === null && <p className="quiet">Reading the journal …</p>}
      {answer?.ok === false && (
        <p className="fault" role="alert">
          {answer.why}
        </p>
      )}
      {answer?.ok === true && <Loaded page={answer.value} service={service} />}
    </section>
  );
}

function Loaded({
  page,
  service,
}: {
  readonly page: HistoryPage;
  readonly service: string;
}): ReactElement {
  const { lines, figures, unreadable } = page;
  if (lines.length === 0 && unreadable.length === 0) {
    return (
      <p className="quiet">No rollout has ended yet. Each one leaves its page here when it does.</p>
    );
  }
  return (
    <>
      <Figures figures={figures} />
      {unreadable.length > 0 && (
        <p className="fault">
          {unreadable.length} files of the journal cannot be understood:{' '}
          {unreadable.slice(0, 3).join(', ')}
        </p>
      )}
      <ul className="past">
        {lines.map((line) => (
          <PastRollout key={line.id} line={line} service={service} />
        ))}
      </ul>
    </>
  );
}

function PastRollout({
  line,
  service,
}: {
  readonly line: HistoryLine;
  readonly service: string;
}): ReactElement {
  const { words, sign } = outcomeWords[line.outcome];
  return (
    <li>
      <SignIcon sign={sign} />
      <div>
        <a href={rolloutHash(line.id)}>
          {words}: <span className="mono">{shortRevision(line.candidate, service)}</span>
        </a>
        <p>{shortenRevisions(line.sentence, service)}</p>
        <p className="quiet">
          {fullTime(line.startedMs)}, {formatDuration(line.endedMs - line.startedMs)}, up to{' '}
          {line.topPercent} %{line.by === 'ascent' ? '' : `, ended by ${line.by}`}
        </p>
      </div>
    </li>
  );
}

function Figures({ figures }: { readonly figures: DoraFigures }): ReactElement {
  const span = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms));
  const { deploymentsPerWeek, changeFailureRatio, promoted, rolledBack } = figures;
  const shown = [
    {
      name: 'Deployments a week',
      value: deploymentsPerWeek.toFixed(1),
      note: `${promoted} promoted in ${figures.days} days`,
    },
    {
      name: 'Lead time',
      value: span(figures.leadTimeMs),
      note: 'median, rollout begun to promoted',
    },
    {
      name: 'Change failure rate',
      value: changeFailureRatio === null ? '–' : percentText(changeFailureRatio),
      note: `${rolledBack} of ${promoted + rolledBack} rolled back`,
    },
    {
      name: 'Time to restore',
      value: span(figures.timeToRestoreMs),
      note: 'median, first users to way back',
    },
  ];
  return (
    <dl className="figures">
      {shown.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          <dd className="quiet">{note}</dd>
        </div>
      ))}
    </dl>
  );
}
