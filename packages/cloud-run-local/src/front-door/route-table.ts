/**
 * Where a request goes: by Host to a service or one of its tags, or by path for clients that cannot set a
 * Host: `/run/SERVICE/…`, `/run/TAG---SERVICE/…`, `/run/SERVICE@REVISION/…`. The selector is one path
 * segment, so it can never be taken for a part of the service's own path.
 */
import type { TrafficTarget } from '@ascent/knative';
import type { ServiceKey } from '../resources/record.js';
import type { Chance } from './chance.js';
import { chooseRevision, makeSplit, type SplitTable } from './split.js';

/** How one service is served now. */
export interface ServiceRoute {
  readonly key: ServiceKey;
  readonly split: SplitTable;
  readonly tags: ReadonlyMap<string, string>;
}

/** What a request asks for. */
export interface RouteMatch {
  readonly route: ServiceRoute;
  /** The revision that shall answer; undefined when nothing has a share, or the tag is unknown. */
  readonly revision: string | undefined;
  /** Whether the split chose it; a tag or a revision's name in the address leaves no choice. */
  readonly bySplit: boolean;
  /** The path the instance sees. */
  readonly path: string;
  /** The prefix that was taken off, empty for requests by Host. */
  readonly prefix: string;
}

/** A request that is not for a service at all goes to the APIs. */
export type Lookup = RouteMatch | 'no-such-service' | 'api';

interface HostEntry {
  readonly route: ServiceRoute;
  readonly tag: string | undefined;
}

// divergence: path-routing
const pathPattern = /^\/run\/(?:([a-z0-9-]+)---)?([a-z0-9-]+?)(?:@([a-z0-9-]+))?(?=[/?]|$)/;

/** A host in the form it is kept in: a dot at its end says that it is complete, and names the same. */
function canonical(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, '');
}

/** The routes of all services; replaced service by service, read on every request. */
export class RouteTable {
  readonly #defaultProject: string;
  readonly #domainSuffix: string;
  readonly #hostOf: (key: ServiceKey, tag?: string) => string;
  readonly #byHost = new Map<string, HostEntry>();
  readonly #byName = new Map<string, ServiceRoute>();

  constructor({
    defaultProject,
    domain,
    hostOf,
  }: {
    defaultProject: string;
    domain: string;
    hostOf: (key: ServiceKey, tag?: string) => string;
  }) {
    this.#defaultProject = defaultProject;
    this.#domainSuffix = `.${domain}`;
    this.#hostOf = hostOf;
  }

  /** Serves a service by this split from the next request on. */
  set(key: ServiceKey, traffic: readonly TrafficTarget[]): void {
    this.remove(key);
    const tagged = traffic.flatMap(({ tag, revisionName }) =>
      tag !== undefined && tag !== '' && revisionName !== undefined
        ? [[tag, revisionName] as const]
        : [],
    );
    const route: ServiceRoute = { key, split: makeSplit(traffic), tags: new Map(tagged) };
    this.#byName.set(`${key.project}/${key.service}`, route);
    this.#byHost.set(this.#hostOf(key), { route, tag: undefined });
    for (const [tag] of tagged) this.#byHost.set(this.#hostOf(key, tag), { route, tag });
  }

  /** Stops serving a service. */
  remove(key: ServiceKey): void {
    const id = `${key.project}/${key.service}`;
    const route = this.#byName.get(id);
    if (route === undefined) return;
    this.#byName.delete(id);
    this.#byHost.delete(this.#hostOf(key));
    for (const tag of route.tags.keys()) this.#byHost.delete(this.#hostOf(key, tag));
  }

  /** Finds the revision for a request; `chance` is asked only where there is a split to choose by. */
  find(host: string, path: string, chance: Chance): Lookup {
    const colon = host.lastIndexOf(':');
    const hostname = colon < 0 ? host : host.slice(0, colon);
    const entry = this.#byHost.get(hostname) ?? this.#byHost.get(canonical(hostname));
    if (entry !== undefined) {
      const { route, tag } = entry;
      const revision =
        tag === undefined ? chooseRevision(route.split, chance()) : route.tags.get(tag);
      return { route, revision, bySplit: tag === undefined, path, prefix: '' };
    }
    if (canonical(hostname).endsWith(this.#domainSuffix)) return 'no-such-service';
    return path.startsWith('/run/') ? this.#findByPath(path, chance) : 'api';
  }

  #findByPath(path: string, chance: Chance): Lookup {
    const match = pathPattern.exec(path);
    const route = this.#byName.get(`${this.#defaultProject}/${match?.[2] ?? ''}`);
    if (match === null || route === undefined) return 'no-such-service';
    const [prefix, tag, , named] = match;
    const rest = path.slice(prefix.length);
    const revision =
      named ?? (tag === undefined ? chooseRevision(route.split, chance()) : route.tags.get(tag));
    const bySplit = named === undefined && tag === undefined;
    return { route, revision, bySplit, path: rest.startsWith('/') ? rest : `/${rest}`, prefix };
  }
}
