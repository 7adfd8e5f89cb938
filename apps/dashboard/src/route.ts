/** Which page is shown. The address after `#` says it, so that every page can be linked to and no server is asked. */
import { useEffect, useState } from 'react';

/** The acts that a message links to (`#approve`, `#rollback`). */
export type AskedAct = 'approve' | 'rollback';

/** The pages. */
export type Route =
  | {
      readonly page: 'now';
      /** What a link in a message wants to do; it opens the question and answers nothing. */
      readonly ask: AskedAct | null;
    }
  | { readonly page: 'history' }
  | { readonly page: 'rollout'; readonly id: string };

/** The route in a location's hash. What it does not know is the first page. */
export function routeOf(hash: string): Route {
  const [page, id] = hash.replace(/^#\/?/, '').split('/');
  if (page === 'approve' || page === 'rollback') return { page: 'now', ask: page };
  if (page !== 'history') return { page: 'now', ask: null };
  const decoded = decode(id ?? '');
  return decoded === '' ? { page: 'history' } : { page: 'rollout', id: decoded };
}

/** Half of an address, as a mail program may leave it, is none. */
function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return '';
  }
}

/** The hash of a past rollout's page. */
export function rolloutHash(id: string): string {
  return `#/history/${encodeURIComponent(id)}`;
}

/** Where the list of all services is, for the page of one among several; `null` for the page of the only one. */
export function listAddress(pathname: string): string | null {
  return /\/services\/[^/]+\/$/.test(pathname) ? '../../' : null;
}

/** The page of one service of the list. */
export function serviceAddress(service: string): string {
  return `services/${encodeURIComponent(service)}/`;
}

/** The first page, with nothing asked. */
export function leaveAsk(): void {
  location.hash = '#/';
}

/** The current route. */
export function useRoute(): Route {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const follow = (): void => {
      setHash(location.hash);
      scrollTo(0, 0);
    };
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('hashchange', follow);
    };
  }, []);
  return routeOf(hash);
}
