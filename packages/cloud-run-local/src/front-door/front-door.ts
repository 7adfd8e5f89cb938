/**
 * The front door: takes a request, finds the revision, waits for a place on one of its instances, and sees
 * to it that the place is given back and the request is counted, whatever happens.
 */
import type { IncomingMessage } from 'node:http';
import type { Fleet, RunningRevision } from '../instances/fleet.js';
import type { Instance } from '../instances/instance.js';
import type { LogStore } from '../logging/log-store.js';
import { readAffinity } from './affinity.js';
import type { Chance } from './chance.js';
import { bodyBytesMax, tooLarge } from './request-body.js';
import type { RouteMatch, RouteTable } from './route-table.js';

/** A request with the revision that shall answer it. */
export interface Admitted {
  readonly running: RunningRevision;
  readonly path: string;
  readonly prefix: string;
  /** The instance a session cookie asked for, already taken. */
  readonly instance: Instance | undefined;
}

/** A request that no revision can answer, and what to say. */
export interface Refused {
  readonly status: number;
  readonly message: string;
}

const noService: Refused = { status: 404, message: 'There is no such service or tag here.' };
const noTag: Refused = noService;
const noRevision: Refused = {
  status: 503,
  message: 'The service has no ready revision to serve this request.',
};

/** What the front door works with. */
export interface FrontDoorDependencies {
  readonly routes: RouteTable;
  readonly fleet: Fleet;
  readonly logs: LogStore;
  readonly chance: Chance;
}

/** Decides who answers a request. */
export class FrontDoor {
  readonly #routes: RouteTable;
  readonly #fleet: Fleet;
  readonly #chance: Chance;
  readonly logs: LogStore;

  constructor({ routes, fleet, logs, chance }: FrontDoorDependencies) {
    this.#routes = routes;
    this.#fleet = fleet;
    this.logs = logs;
    this.#chance = chance;
  }

  /** The revision for a request, a refusal, or `api` for a request that is for no service. */
  admit({ headers, url = '/' }: IncomingMessage): Admitted | Refused | 'api' {
    const found = this.#routes.find(headers.host ?? '', url, this.#chance);
    if (found === 'api') return 'api';
    if (found === 'no-such-service') return noService;
    if (found.revision === undefined)
      return found.route.split.slots.length > 0 ? noTag : noRevision;
    const running = this.#fleet.find(found.route.key, found.revision);
    if (running === undefined) return noRevision;
    if (Number(headers['content-length'] ?? 0) > bodyBytesMax) return tooLarge;
    if (running.affinity) {
      const sticky = this.#follow(found, headers.cookie);
      if (sticky !== undefined) return sticky;
    }
    return { running, path: found.path, prefix: found.prefix, instance: undefined };
  }

  #follow(found: RouteMatch, cookie: string | undefined): Admitted | undefined {
    const { route, path, prefix } = found;
    const affinity = readAffinity(cookie);
    // A cookie is worth more than the split, but not more than an address that names its revision.
    const open = found.bySplit ? route.split.revisions : [found.revision];
    if (affinity === undefined || !open.includes(affinity.revision)) return undefined;
    const running = this.#fleet.find(route.key, affinity.revision);
    const instance = running?.pool.tryAcquireById(affinity.instancePrefix);
    return running && instance && { running, path, prefix, instance };
  }
}
