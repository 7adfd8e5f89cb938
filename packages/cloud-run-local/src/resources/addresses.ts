/**
 * The addresses of a service: `http://[TAG---]SERVICE-PROJECTNUMBER.REGION.run.localhost[:port]`, the
 * deterministic form of Cloud Run with another domain. Names under `localhost` need no DNS: resolvers answer
 * them with the loopback address (RFC 6761), and browsers do so without asking.
 */

/** What stands where Cloud Run has `run.app`. */
// divergence: addresses
export const frontDoorDomain = 'run.localhost';

/** Makes a service's addresses. */
export interface AddressBook {
  readonly projectNumber: (project: string) => string;
  readonly region: string;
  /** The port clients connect to. */
  readonly port: () => number;
}

/** The host of a service or of one of its tags, without a port. */
export function hostOf(
  book: AddressBook,
  { project, service, tag }: { project: string; service: string; tag?: string | undefined },
): string {
  const front = tag === undefined || tag === '' ? service : `${tag}---${service}`;
  return `${front}-${book.projectNumber(project)}.${book.region}.${frontDoorDomain}`;
}

/** The address of a service or of one of its tags. */
export function urlOf(
  book: AddressBook,
  target: { project: string; service: string; tag?: string | undefined },
): string {
  const port = book.port();
  return `http://${hostOf(book, target)}${port === 80 ? '' : `:${port}`}`;
}
