/**
 * The revisions that a change sends traffic to must exist. A platform takes a split that names a missing one, answers
 * 200 and then serves the old split for ever: a rollback would be reported and never happen.
 */
import { AscentError, type ServiceChange } from '@ascent/core';
import type { ApiClient } from './api-client.js';
import type { ApiAddress } from './platform-target.js';
import type { ServiceObject } from './service-object.js';
import { missingRevisions, wantedTraffic } from './service-view.js';

/**
 * Asks only about names that the service itself does not vouch for, so an ordinary rollback costs no request. No clear
 * answer refuses nothing: what cannot be asked must not hold up the way back.
 * @throws AscentError `ASC_REVISION_UNKNOWN` before anything is written.
 */
export async function checkNamedRevisions(
  { api, address }: { readonly api: ApiClient; readonly address: ApiAddress },
  object: ServiceObject,
  { traffic }: ServiceChange,
): Promise<void> {
  const known = knownRevisions(object);
  const doubtful = (traffic ?? []).flatMap(({ revision }) =>
    revision === null || known.has(revision) ? [] : [revision],
  );
  await Promise.all(
    [...new Set(doubtful)].map(async (revision) => {
      const url = `${address.revisionsUrl}/${encodeURIComponent(revision)}`;
      const answer = await api.send({ method: 'GET', url, body: null });
      if (answer.type === 'answer' && answer.status === 404) throw unknown(address, revision);
    }),
  );
}

/** What the service's own status names, and the traffic that it serves without complaint. */
function knownRevisions(object: ServiceObject): ReadonlySet<string | null> {
  const { latestCreatedRevisionName: created, latestReadyRevisionName: ready } =
    object.status ?? {};
  const missing = new Set(missingRevisions(object));
  const named = wantedTraffic(object).flatMap(({ revision }) => revision ?? []);
  const served = (object.status?.traffic ?? []).map(({ revisionName }) => revisionName ?? null);
  const all = [...named, ...served, created ?? null, ready ?? null];
  return new Set(all.filter((name) => name !== null && !missing.has(name)));
}

function unknown({ service, place }: ApiAddress, revision: string): AscentError {
  return new AscentError(
    'ASC_REVISION_UNKNOWN',
    `The rollout record of ${service} names the revision ${revision}, and ${place} has no such revision. ` +
      'Nothing was changed: the traffic is as it was. Restore the annotation ascent.dev/rollout from the journal, ' +
      'or send all traffic to a revision that works and remove the annotation to start afresh.',
  );
}
