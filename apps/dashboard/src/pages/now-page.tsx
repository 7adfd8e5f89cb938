/** The running rollout: what is happening and why, the profile, the gates, who serves what, and what was decided. */
import type { ReactElement } from 'react';
import type { About, Snapshot } from '@ascent/controller';
import { clockTime } from '../model/clock-text.js';
import type { Live } from '../live.js';
import type { AskedAct } from '../route.js';
import { describeNow, type Now } from '../model/now.js';
import { shortRevision } from '../model/revision-name.js';
import { Acts } from '../parts/acts.js';
import { AscentProfile } from '../parts/ascent-profile.js';
import { Decisions } from '../parts/decisions.js';
import { ErrorLinesCard } from '../parts/error-lines.js';
import { Gates } from '../parts/gates.js';
import { State } from '../parts/state.js';
import { Stops } from '../parts/stops.js';
import { TrafficCharts } from '../parts/traffic-charts.js';
import { Alerts, SpotChecks } from '../parts/watch.js';
import { TrafficSplit } from '../parts/traffic-split.js';

/** The page. */
export function NowPage({
  live,
  about,
  ask,
}: {
  readonly live: Live;
  readonly about: About | null;
  readonly ask: AskedAct | null;
}): ReactElement {
  const { snapshot, nowMs } = live;
  if (snapshot === null) {
    return (
      <section className="card">
        <h1 className="unseen">Now</h1>
        <p className="quiet">
          {live.link === 'lost'
            ? 'The controller cannot be reached. The page tries again by itself.'
            : 'Waiting for the controller’s first look …'}
        </p>
      </section>
    );
  }
  const now = describeNow(snapshot, nowMs);
  return (
    <>
      <Notices live={live} snapshot={snapshot} />
      <section className={`card moment tone-${now.tone}`} aria-label="Now">
        <Moment now={now} />
        {snapshot.record?.rollout && about?.access === 'signedIn' && (
          <Acts
            plan={snapshot.record.plan}
            rollout={snapshot.record.rollout}
            nowMs={nowMs}
            ask={ask}
          />
        )}
      </section>
      <Details snapshot={snapshot} nowMs={nowMs} mayAct={about?.access === 'signedIn'} />
    </>
  );
}

function Moment({ now }: { readonly now: Now }): ReactElement {
  return (
    <div>
      <State now={now} />
      <h1 aria-live="polite">{now.headline}</h1>
      {now.why !== '' && <p className="why">{now.why}</p>}
      {now.next !== null && (
        <p className="next">
          <b>Next:</b> {now.next}
        </p>
      )}
    </div>
  );
}

function Notices({
  live,
  snapshot,
}: {
  readonly live: Live;
  readonly snapshot: Snapshot;
}): ReactElement {
  return (
    <>
      {live.link === 'lost' && (
        <div className="notice" role="alert">
          <strong>The controller is not heard.</strong>
          <p>
            What you see is from {clockTime(snapshot.atMs, live.nowMs, 'second')} and may be old.
            The traffic stays as it is; the page connects again by itself. In a terminal,{' '}
            <code>ascent status</code> asks the service directly.
          </p>
        </div>
      )}
      {snapshot.error !== null && (
        <div className="notice notice-ask" role="alert">
          <strong>The last look failed.</strong>
          <p>{snapshot.error} The traffic stays as it is, and the controller tries again.</p>
        </div>
      )}
    </>
  );
}

function Details({
  snapshot,
  nowMs,
  mayAct,
}: {
  readonly snapshot: Snapshot;
  readonly nowMs: number;
  readonly mayAct: boolean;
}): ReactElement {
  const { record, service } = snapshot;
  const rollout = record?.rollout ?? null;
  if (record === null || rollout === null) {
    return (
      <section className="card">
        <h2>Traffic</h2>
        <TrafficSplit snapshot={snapshot} />
      </section>
    );
  }
  return (
    <>
      <section className="card" aria-label="Ascent profile">
        <h2>
          {shortRevision(rollout.candidate, service)} over {shortRevision(rollout.stable, service)}
        </h2>
        <AscentProfile plan={record.plan} rollout={rollout} nowMs={nowMs} />
        <Stops plan={record.plan} rollout={rollout} nowMs={nowMs} />
      </section>
      <div className="columns">
        <div className="column">
          <section className="card">
            <h2>Candidate against stable</h2>
            <Gates judgement={rollout.judgement} gatePlan={record.plan.gates} />
          </section>
          <section className="card">
            <h2>Traffic of this rollout</h2>
            <TrafficCharts plan={record.plan} rollout={rollout} atMs={snapshot.atMs} />
          </section>
        </div>
        <div className="column">
          <section className="card">
            <h2>Served now</h2>
            <TrafficSplit snapshot={snapshot} />
          </section>
          <SpotChecks plan={record.plan} rollout={rollout} nowMs={nowMs} />
          <section className="card">
            <h2>Alerts</h2>
            <Alerts plan={record.plan} rollout={rollout} nowMs={nowMs} mayAct={mayAct} />
          </section>
          <ErrorLinesCard rollout={rollout.id} atMs={snapshot.atMs} />
          <section className="card">
            <h2>Decisions</h2>
            <Decisions decisions={rollout.decisions} service={service} nowMs={nowMs} />
          </section>
        </div>
      </div>
    </>
  );
}
