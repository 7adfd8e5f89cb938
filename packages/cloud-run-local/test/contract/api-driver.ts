/**
 * What a client of either API can do, in words of neither: the behaviours in `both-apis.test.ts` are written once
 * against this, and a small driver for each API speaks to the emulator through somebody else's client.
 */

/** One part of a split: a revision, or the latest ready one where none is named. */
export interface Target {
  readonly revision?: string;
  readonly percent?: number;
  readonly tag?: string;
}

/** What is wanted of a service. */
export interface Wanted {
  readonly env?: Readonly<Record<string, string>>;
  readonly image?: string;
  /** The name its revision shall have. */
  readonly revision?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly traffic?: readonly Target[];
  /** How many containers an instance has; one if nothing is said. */
  readonly containers?: number;
  /** The protocol named with the port. */
  readonly portName?: string;
}

/** A condition of a service or a revision, in the words of v1. */
export interface SeenCondition {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** By type, such as `Ready`. */
export type SeenConditions = ReadonlyMap<string, SeenCondition>;

/** A target as the status reports it. */
export interface SeenTarget extends Target {
  readonly url?: string;
}

/** A service as a client sees it. Revisions are called by their short names. */
export interface SeenService {
  readonly generation: number;
  /** What a later write sends back to be refused if somebody wrote in between. */
  readonly token: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly latestCreated: string;
  readonly latestReady: string;
  readonly conditions: SeenConditions;
  readonly wantedTraffic: readonly SeenTarget[];
  readonly servedTraffic: readonly SeenTarget[];
  readonly url: string;
  /** What the platform fills into a template that says little; probes and ports look the same in both APIs. */
  readonly filled: {
    readonly concurrency: unknown;
    readonly timeoutSeconds: unknown;
    readonly ports: unknown;
    readonly limits: unknown;
    readonly startupProbe: unknown;
  };
}

/** A revision as a client sees it. */
export interface SeenRevision {
  readonly name: string;
  readonly conditions: SeenConditions;
}

/** How a write is done. */
export interface WriteWish {
  /** Check only: `dryRun` of v1, `validateOnly` of v2. */
  readonly checkOnly?: boolean;
  /** The token of an earlier read. */
  readonly token?: string;
}

/** A write that was accepted. */
export interface Write {
  readonly accepted: SeenService;
  /** The service once it is ready; rejects with a `Fault` when it was decided that it is not. */
  readonly decided: () => Promise<SeenService>;
}

/** Thrown for whatever an API refuses: the canonical name of the fault, however the client reports it. */
export class Fault extends Error {
  readonly status: string;

  constructor(status: string, message: string) {
    super(message);
    this.name = 'Fault';
    this.status = status;
  }
}

/** A client of one API. Every call rejects with a `Fault` when it is refused. */
export interface ApiDriver {
  readonly create: (name: string, wanted: Wanted, wish?: WriteWish) => Promise<Write>;
  readonly read: (name: string) => Promise<SeenService>;
  /** The names of services, at most `limit` of them, and whether there are more. */
  readonly list: (limit?: number) => Promise<{ names: readonly string[]; more: boolean }>;
  /** Writes a whole service in place of what was there. */
  readonly replace: (name: string, wanted: Wanted, wish?: WriteWish) => Promise<Write>;
  /** Reads a service and writes it back with these annotations and nothing else changed. */
  readonly annotate: (
    name: string,
    annotations: Readonly<Record<string, string>>,
  ) => Promise<Write>;
  /** Reads a service and writes it back with this split and nothing else changed. */
  readonly split: (name: string, traffic: readonly Target[]) => Promise<Write>;
  readonly remove: (name: string, wish?: WriteWish) => Promise<void>;
  /** The revisions of a service, newest first. */
  readonly revisions: (name: string) => Promise<readonly SeenRevision[]>;
  readonly removeRevision: (name: string, revision: string) => Promise<void>;
}
