/** Which page is shown. The address after `#` says it, so that every page can be linked to and no server is asked. */
import { useEffect, useState } from 'react';

/** The pages. */
export type Route =
  | { readonly page: 'now' }
  | { readonly page: 'history' }
  | { readonly page: 'rollout'; readonly id: string };

/** The route in a location's hash. What it does not know is the first page. */
export function routeOf(hash: string): Route {
  const [page, id] = hash.replace(/^#\/?/, '').split('/');
  if (page !== 'history') return { page: 'now' };
  return id === undefined || id === ''
    ? { page: 'history' }
    : { page: 'rollout', id: decodeURIComponent(id) };
}

/** The hash of a past rollout's page. */
export function rolloutHash(id: string): string {
  return `#/history/${encodeURIComponent(id)}`;
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
