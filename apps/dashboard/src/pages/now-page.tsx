/** The running rollout: what is happening and why, the profile, the gates, who serves what, and what was decided. */
import type { ReactElement } from 'react';
import type { Snapshot } from '@ascent/controller';
import { isOpen, type RolloutRecord } from '@ascent/core';
import type { Account } from '../account.js';
import { clockTime } from '../model/clock-text.js';
import type { Live } from '../live.js';
import type { AskedAct } from '../route.js';
import { describeNow, loudAlerts, type Now } from '../model/now.js';
import { possibleActs, type ActScene } from '../model/possible-acts.js';
import { shortRevision } from '../model/revision-name.js';
import { Acts } from '../parts/acts.js';
import { AscentProfile } from '../parts/ascent-profile.js';
import { CustomGates } from '../parts/custom-gates.js';
import { Decisions } from '../parts/decisions.js';
import { ErrorLinesCard } from '../parts/error-lines.js';
import { Gates } from '../parts/gates.js';
import { NotHeard } from '../parts/not-heard.js';
import { State } from '../parts/state.js';
import { Stops } from '../parts/stops.js';
import { TrafficCharts } from '../parts/traffic-charts.js';
import { Alerts, SpotChecks } from '../parts/watch.js';
import { TrafficSplit } from '../parts/traffic-split.js';

/** The page. */
export function NowPage({
  live,
  account,
  ask,
}: {
  readonly live: Live;
  readonly account: Account;
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
        {snapshot.record?.rollout && (
          <WayToAct
            plan={snapshot.record.plan}
            rollout={snapshot.record.rollout}
            nowMs={nowMs}
            ask={ask}
            account={account}
          />
        )}
      </section>
      <Details snapshot={snapshot} nowMs={nowMs} account={account} />
    </>
  );
}

/** What can be done; or, where nobody may yet, how one comes to it. */
function WayToAct(
  props: ActScene & { readonly ask: AskedAct | null; readonly account: Account },
): ReactElement | null {
  const { account, ...scene } = props;
  const { about, onAsk, onSignedOut } = account;
  if (about?.access === 'signedIn') return <Acts {...scene} onSignedOut={onSignedOut} />;
  if (about === null || !isOpen(scene.rollout)) return null;
  if (about.access === 'signedOut') {
    const main = possibleActs(scene).find(({ weight }) => weight === 'main');
    return (
      <div className="acts">
        <button
          type="button"
          className={main === undefined ? '' : 'act-main'}
          onClick={() => {
            onAsk('open');
          }}
        >
          Sign in to {main === undefined ? 'act' : lowerFirst(main.label)}
        </button>
      </div>
    );
  }
  return (
    <p className="quiet">
      This page only shows. To act, use a terminal: <code>ascent approve</code>,{' '}
      <code>ascent pause</code>, <code>ascent rollback</code>.
    </p>
  );
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
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
        <NotHeard since={clockTime(snapshot.atMs, live.nowMs, 'second')}>
          In a terminal, <code>ascent status</code> asks the service directly.
        </NotHeard>
      )}
      {snapshot.error !== null && (
        <div className="notice notice-ask" role="alert">
          <strong>The last look failed.</strong>
          <p>{snapshot.error} The traffic stays as it is, and the controller tries again.</p>
        </div>
      )}
      {snapshot.record?.rollout && isOpen(snapshot.record.rollout) && (
        <LoudAlerts names={loudAlerts(snapshot.record, live.nowMs)} />
      )}
    </>
  );
}

/** While a rollout is open the headline is the rollout's, and whoever was called by an alert must see it, too. */
function LoudAlerts({ names }: { readonly names: readonly string[] }): ReactElement | null {
  if (names.length === 0) return null;
  return (
    <div className="notice" role="alert">
      <strong>{names.length === 1 ? 'An alert fires' : `${names.length} alerts fire`}:</strong>
      <p>{names.join(', ')}</p>
    </div>
  );
}

function Details({
  snapshot,
  nowMs,
  account,
}: {
  readonly snapshot: Snapshot;
  readonly nowMs: number;
  readonly account: Account;
}): ReactElement {
  const { record, service } = snapshot;
  const rollout = record?.rollout ?? null;
  if (record === null || rollout === null) {
    return (
      <>
        <section className="card">
          <h2>Traffic</h2>
          <TrafficSplit snapshot={snapshot} />
        </section>
        {record !== null && <AlertsCard record={record} nowMs={nowMs} account={account} />}
      </>
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
            <CustomGates plan={record.plan} rollout={rollout} />
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
          <AlertsCard record={record} nowMs={nowMs} account={account} />
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

/** What fires; and, while no rollout is open, what the alerts have said since. */
function AlertsCard({
  record,
  nowMs,
  account,
}: {
  readonly record: RolloutRecord;
  readonly nowMs: number;
  readonly account: Account;
}): ReactElement {
  const news = record.watch?.news ?? [];
  const signedOut = (): void => {
    account.onSignedOut(null);
  };
  return (
    <section className="card">
      <h2>Alerts</h2>
      <Alerts
        record={record}
        nowMs={nowMs}
        onSignedOut={account.about?.access === 'signedIn' ? signedOut : null}
      />
      {news.length > 0 && (
        <>
          <h3>Since the last rollout</h3>
          <Decisions decisions={news} service={record.plan.service} nowMs={nowMs} />
        </>
      )}
    </section>
  );
}
