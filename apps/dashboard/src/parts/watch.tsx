/** What is watched beside the gates: the alerts, and the stage's spot checks. */
import { useState, type ReactElement } from 'react';
import {
  alertsOf,
  countSpotChecks,
  formatDuration,
  isOpen,
  stageOf,
  type AlertRule,
  type Rollout,
  type RolloutPlan,
  type RolloutRecord,
} from '@ascent/core';
import { silence } from '../api.js';
import { latencyText, percentText } from '../model/amount.js';
import { ago, spanText } from '../model/clock-text.js';
import { shortRevision } from '../model/revision-name.js';
import { SignIcon } from './mark.js';

type Scene = { readonly plan: RolloutPlan; readonly rollout: Rollout; readonly nowMs: number };

/** The alerts that fire, or what would make them; `onSignedOut: null` gives nobody a button. */
export function Alerts({
  record,
  nowMs,
  onSignedOut,
}: {
  readonly record: RolloutRecord;
  readonly nowMs: number;
  readonly onSignedOut: (() => void) | null;
}): ReactElement {
  const { plan } = record;
  const { firing, silences } = alertsOf(record);
  const silent = new Set(silences.filter(({ untilMs }) => nowMs < untilMs).map(({ rule }) => rule));
  return (
    <>
      {firing.length === 0 && <p>None fires.</p>}
      <ul className="alerts">
        {firing.map(({ rule: name, revision, sinceMs }) => {
          const rule = plan.alerts.find((one) => one.name === name);
          return (
            <li key={`${name} ${revision}`}>
              <SignIcon sign="unhealthy" />
              <span>
                <strong>{name}</strong> on{' '}
                <span className="mono">{shortRevision(revision, plan.service)}</span>{' '}
                {rule === undefined ? '' : ruleWords(rule)}
                <span className="quiet">
                  {' '}
                  · for {spanText(nowMs - sinceMs)}
                  {rule === undefined ? '' : ` · ${rule.severity}`}
                  {silent.has(name) ? ' · silenced' : ''}
                </span>
              </span>
              {onSignedOut !== null && (
                <Silence rule={name} silent={silent.has(name)} onSignedOut={onSignedOut} />
              )}
            </li>
          );
        })}
      </ul>
      {plan.alerts.length > 0 && (
        <details className="quiet">
          <summary>
            {plan.alerts.length} {plan.alerts.length === 1 ? 'rule' : 'rules'}
          </summary>
          <ul>
            {plan.alerts.map((rule) => (
              <li key={rule.name}>
                {rule.name}: {ruleWords(rule)}
                {silent.has(rule.name) ? ' (silenced)' : ''}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

const SILENCE_MS = 3_600_000;

/** One press: it is still written down, and an hour is soon over. */
function Silence({
  rule,
  silent,
  onSignedOut,
}: {
  readonly rule: string;
  readonly silent: boolean;
  readonly onSignedOut: () => void;
}): ReactElement {
  const [fault, setFault] = useState<string | null>(null);
  const press = async (): Promise<void> => {
    const answer = await silence(rule, silent ? 0 : SILENCE_MS);
    setFault(answer.ok ? null : answer.why);
    if (!answer.ok && answer.signedOut) onSignedOut();
  };
  return (
    <>
      <button
        type="button"
        className="small"
        aria-label={silent ? `Tell again: ${rule}` : `Silence 1 h: ${rule}`}
        onClick={() => void press()}
      >
        {silent ? 'Tell again' : 'Silence 1 h'}
      </button>
      {fault !== null && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
    </>
  );
}

const metricWords: Readonly<Record<AlertRule['metric'], string>> = {
  errorRate: 'failed requests',
  latencyP95: 'P95',
  cpu: 'CPU',
  memory: 'memory',
};

function ruleWords({ metric, above, forMs }: AlertRule): string {
  const limit = metric === 'latencyP95' ? latencyText(above) : percentText(above);
  return `${metricWords[metric]} above ${limit} for ${formatDuration(forMs)}`;
}

/** How far the stage's spot checks are; nothing where it asks for none. */
export function SpotChecks({ plan, rollout, nowMs }: Scene): ReactElement | null {
  const stage = stageOf(plan, rollout);
  if (stage.spotChecks === 0 || !isOpen(rollout)) return null;
  const { spotChecks } = rollout;
  const tried = countSpotChecks(spotChecks);
  return (
    <section className="card">
      <h2>Spot checks</h2>
      <p>
        <b>
          {tried} of {stage.spotChecks}
        </b>{' '}
        tried at this stage
        {spotChecks.passed === null ? '' : `, ${spotChecks.passed} of them by recorded scenarios`}.
      </p>
      <progress
        max={stage.spotChecks}
        value={Math.min(tried, stage.spotChecks)}
        aria-label="Spot checks tried"
      />
      {spotChecks.worse.length > 0 && (
        <ul>
          {spotChecks.worse.map(({ check, message }) => (
            <li key={check} className="fault">
              {check}: {message}
            </li>
          ))}
        </ul>
      )}
      <ul className="quiet">
        {spotChecks.ticks.map(({ by, what, atMs }) => (
          <li key={`${by} ${atMs}`}>
            “{what}” · {by}, {ago(atMs, nowMs)}
          </li>
        ))}
      </ul>
    </section>
  );
}
