/**
 * What the emulator remembers of a service and of its revisions. The v1 form is the stored truth; v2 is a
 * view of it. Records are values: a change is a new record.
 */
import type { Condition, Revision, Service, TrafficTarget } from '@ascent/knative';

/** Names one service on this machine. */
export interface ServiceKey {
  readonly project: string;
  readonly service: string;
}

/** The outcome of starting a revision for the first time. */
export type RevisionPhase =
  | { readonly kind: 'pending' }
  | { readonly kind: 'ready'; readonly timeUs: number; readonly times: DeployTimes }
  | {
      readonly kind: 'failed';
      readonly timeUs: number;
      readonly reason: string;
      readonly message: string;
      readonly times: DeployTimes;
    };

/** How long the parts of a deployment took, in milliseconds. */
export interface DeployTimes {
  readonly importMs: number;
  readonly healthyMs: number;
}

/** A revision: what was asked for never changes, the phase does. */
export interface RevisionRecord {
  /** Metadata and spec; the status is derived from the phase. */
  readonly object: Revision;
  readonly name: string;
  readonly createdUs: number;
  readonly changedUs: number;
  readonly phase: RevisionPhase;
  readonly imageDigest: string | undefined;
  /** The template it was made of, canonically: what decides whether a write mints another. */
  readonly templateJson: string;
}

/** The part of a service's status that reconciliation decides. */
export interface ServiceState {
  readonly observedGeneration: number;
  /** The newest generation that was ever fully served; v2 reports this one as observed. */
  readonly servedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly latestCreated: string | undefined;
  readonly latestReady: string | undefined;
  /** The split that is served now, every target resolved to a revision. */
  readonly traffic: readonly TrafficTarget[];
}

/** A service. */
export interface ServiceRecord {
  readonly key: ServiceKey;
  /** Metadata and spec as last written, defaults filled. */
  readonly object: Service;
  readonly createdUs: number;
  /** When a user last wrote: what the conflict check compares with. */
  readonly writtenUs: number;
  /** When anything last changed, reconciliation included: what a read returns as version. */
  readonly changedUs: number;
  readonly generation: number;
  /** How many revisions were ever minted: the number in the next one's name. */
  readonly minted: number;
  readonly state: ServiceState;
}

/** The key as one string, for maps. */
export function keyOf({ project, service }: ServiceKey): string {
  return `${project}/${service}`;
}
