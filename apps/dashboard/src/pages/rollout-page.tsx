/** One rollout that ended: a report to read, print or send. */
import { useEffect, useState, type ReactElement } from 'react';
import type { HistoryEntry, LaterReason } from '@ascent/controller';
import { formatDuration, type Rollout, type RolloutPlan } from '@ascent/core';
import { readRollout, type Answer } from '../api.js';
import { fullTime } from '../model/clock-text.js';
import { outcomeWords } from '../model/outcome.js';
import { shortenRevisions, shortRevision } from '../model/revision-name.js';
import { AscentProfile } from '../parts/ascent-profile.js';
import { CustomGates } from '../parts/custom-gates.js';
import { Decisions } from '../parts/decisions.js';
import { Gates } from '../parts/gates.js';
import { SignIcon } from '../parts/mark.js';
import { Stops } from '../parts/stops.js';

/** The report of the rollout `id`. */
export function RolloutPage({
  id,
  nowMs,
}: {
  readonly id: string;
  readonly nowMs: number;
}): ReactElement {
  const [answer, setAnswer] = useState<Answer<HistoryEntry> | null>(null);
  useEffect(() => {
    void readRollout(id).then(setAnswer);
  }, [id]);
  if (answer === null) return <p className="quiet">Reading the journal …</p>;
  const rollout = answer.ok ? answer.value.record.rollout : null;
  if (!answer.ok || rollout === null) {
    return (
      <section className="card">
        <h1 className="page-title">Not found</h1>
        <p>{answer.ok ? 'The journal has no such rollout.' : answer.why}</p>
      </section>
    );
  }
  const { record, reasons } = answer.value;
  return <Report plan={record.plan} rollout={rollout} reasons={reasons} nowMs={nowMs} />;
}

type Past = {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  readonly reasons: readonly LaterReason[];
  readonly nowMs: number;
};

function Report({ plan, rollout, reasons, nowMs }: Past): ReactElement {
  const { service } = plan;
  const { words, sign } = outcomeWords[rollout.status.type];
  const endedMs = 'atMs' in rollout.status ? rollout.status.atMs : nowMs;
  const last = rollout.decisions.findLast(({ type }) => type === rollout.status.type);
  return (
    <>
      <section
        className={`card moment tone-${rollout.status.type === 'rolledBack' ? 'bad' : rollout.status.type === 'promoted' ? 'good' : 'calm'}`}
      >
        <div>
          <span className="state">
            <SignIcon sign={sign} />
            {words}
          </span>
          <h1>
            {shortRevision(rollout.candidate, service)} over{' '}
            {shortRevision(rollout.stable, service)} of {service}
          </h1>
          <p className="why">{shortenRevisions(last?.sentence ?? '', service)}</p>
          {reasons.map(({ by, reason, atMs }) => (
            <p key={atMs} className="why">
              “{reason}” <span className="quiet">({by})</span>
            </p>
          ))}
          <p className="next">
            {fullTime(rollout.startedMs)} to {fullTime(endedMs)},{' '}
            {formatDuration(endedMs - rollout.startedMs)}
          </p>
        </div>
        <button
          type="button"
          className="no-print"
          onClick={() => {
            print();
          }}
        >
          Print
        </button>
      </section>
      <section className="card" aria-label="Ascent profile">
        <h2>The ascent</h2>
        <AscentProfile plan={plan} rollout={rollout} nowMs={endedMs} />
        <Stops plan={plan} rollout={rollout} nowMs={endedMs} />
      </section>
      <section className="card">
        <h2>Candidate against stable, at the last decision</h2>
        <Gates judgement={rollout.judgement} gatePlan={plan.gates} />
        <CustomGates plan={plan} rollout={rollout} />
      </section>
      <section className="card">
        <h2>Decisions</h2>
        <Decisions decisions={rollout.decisions} service={service} nowMs={null} />
      </section>
    </>
  );
}
