/** Who serves how much right now, as the platform says; and whether that is what was asked for. */
import { useEffect, useState, type ReactElement } from 'react';
import type { Rollout } from '@ascent/core';
import type { Snapshot } from '@ascent/controller';
import { readInstances } from '../api.js';
import { shortRevision } from '../model/revision-name.js';

type Part = {
  readonly name: string;
  readonly role: 'stable' | 'candidate' | 'other';
  readonly percent: number;
};

/** The split as one bar. */
export function TrafficSplit({ snapshot }: { readonly snapshot: Snapshot }): ReactElement {
  const rollout = snapshot.record?.rollout ?? null;
  const parts = partsOf(snapshot, rollout);
  const counts = useInstances(rollout?.id ?? null, snapshot.atMs);
  const promoted = rollout?.status.type === 'promoted';
  return (
    <>
      <div
        className="split"
        role="img"
        aria-label={parts.map(({ name, percent }) => `${name} ${percent} %`).join(', ')}
      >
        {parts
          .filter(({ percent }) => percent > 0)
          .map(({ name, role, percent }) => (
            <div key={name} className={`split-part ${role}`} style={{ flexGrow: percent }} />
          ))}
      </div>
      <ul className="split-names">
        {parts.map(({ name, role, percent }) => (
          <li key={name}>
            <i className={`swatch ${role}`} aria-hidden="true" />
            <span className="mono" title={name}>
              {shortRevision(name, snapshot.service)}
            </span>
            <span className="quiet">
              {roleWords(role, promoted)}
              {instanceWords(counts?.[name])}
            </span>
            <b>{percent} %</b>
          </li>
        ))}
      </ul>
      {rollout !== null && lags(rollout, parts) && (
        <p className="quiet">
          The platform is still moving the candidate to {rollout.sharePercent} %.
        </p>
      )}
    </>
  );
}

/** The platform serves another share than the rollout's, and nobody else has changed it. */
function lags({ status, sharePercent }: Rollout, parts: readonly Part[]): boolean {
  const foreign = status.type === 'paused' && status.cause === 'foreignChange';
  const candidate = parts.find(({ role }) => role === 'candidate')?.percent ?? 0;
  return !foreign && candidate !== sharePercent;
}

/** Counted every minute, so there is no use in asking more often. */
const PACE_MS = 10_000;

type Counts = Readonly<Record<string, number>>;

function useInstances(rollout: string | null, atMs: number): Counts | null {
  const [counts, setCounts] = useState<Counts | null>(null);
  const turn = Math.floor(atMs / PACE_MS);
  useEffect(() => {
    let current = true;
    if (rollout === null) return;
    void readInstances().then((answer) => {
      if (!current || !answer.ok) return;
      setCounts(answer.value.type === 'counts' ? answer.value.counts : null);
    });
    return () => {
      current = false;
    };
  }, [rollout, turn]);
  return counts;
}

function instanceWords(count: number | undefined): string {
  if (count === undefined) return '';
  return ` · ${count} ${count === 1 ? 'instance' : 'instances'}`;
}

function roleWords(role: Part['role'], promoted: boolean): string {
  if (role === 'other') return 'not of this rollout';
  if (promoted) return role === 'candidate' ? 'stable now' : 'before';
  return role;
}

/** Revisions of the rollout come first, even where they serve nothing; then whatever else is served. */
function partsOf({ served, record }: Snapshot, rollout: Rollout | null): readonly Part[] {
  const shares = new Map<string, number>();
  const roles = rolesOf(record, rollout);
  for (const name of roles.keys()) shares.set(name, 0);
  for (const { revision, percent } of served) {
    const name = revision ?? 'LATEST';
    if (percent > 0) shares.set(name, (shares.get(name) ?? 0) + percent);
  }
  return [...shares].map(([name, percent]) => ({
    name,
    percent,
    role: roles.get(name) ?? 'other',
  }));
}

function rolesOf(
  record: Snapshot['record'],
  rollout: Rollout | null,
): ReadonlyMap<string, Part['role']> {
  if (rollout === null) return new Map(record === null ? [] : [[record.stable, 'stable']]);
  return new Map([
    [rollout.stable, 'stable'],
    [rollout.candidate, 'candidate'],
  ]);
}
