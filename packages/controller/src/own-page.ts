/**
 * Whose page a request comes from. A stranger's page may not act, and on loopback it may not even read: a name of theirs
 * that suddenly means 127.0.0.1 (DNS rebinding) would make their page ours in the browser's eyes, but not its `Host`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from './refusal.js';

const foreignOrigin: Refusal = {
  status: 403,
  code: 'FOREIGN_ORIGIN',
  message:
    "The request comes from another site's page. Open this controller's own page and act there.",
};

/** Why a request that changes something is refused: it has an `Origin`, and that is not where it was sent to. */
export function refuseForeign({ origin, host }: IncomingHttpHeaders): Refusal | null {
  if (origin === undefined) return null;
  return hostOf(origin) === host ? null : foreignOrigin;
}

/** True for an address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Refuses a request by its `Host`; `null` lets it in. */
export type HostGuard = (headers: IncomingHttpHeaders) => Refusal | null;

/**
 * The guard of a server that listens on `host`. On loopback it answers to loopback's names and to those of `pageUrls`,
 * as a proxy on this machine passes them on; elsewhere anybody may have named it.
 */
export function createHostGuard({
  host,
  pageUrls,
}: {
  readonly host: string;
  readonly pageUrls: readonly string[];
}): HostGuard {
  if (!isLoopback(host)) return () => null;
  const named = new Set(pageUrls.map((url) => nameOf(hostOf(url))).filter((name) => name !== ''));
  return ({ host: asked }) => {
    // HTTP/1.0 has none, and no browser speaks it.
    if (asked === undefined) return null;
    const name = nameOf(asked);
    const isOurs = isLoopback(name) || name.endsWith('.localhost') || named.has(name);
    return isOurs ? null : foreignHost(name);
  };
}

function foreignHost(name: string): Refusal {
  const message = `This controller answers to this machine alone, and not as "${name.slice(0, 80)}". Open it at its own address; behind a proxy, write the proxy's address into notify.page of the plan.`;
  return { status: 403, code: 'FOREIGN_HOST', message };
}

/** A host without its port, in lower case. */
function nameOf(host: string | null): string {
  try {
    return new URL(`http://${host ?? ''}`).hostname;
  } catch {
    return '';
  }
}

function hostOf(url: string): string | null {
  try {
    return new URL(url).host;
  } catch {
    return null;
  }
}
