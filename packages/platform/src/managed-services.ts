/** Which services of a place are Ascent's to look after: those that somebody has put its label on. */
import { AscentError, type PlanPlatform } from '@ascent/core';
import { z } from 'zod';
import { createApiClient, type Fetch } from './api-client.js';
import { apiError } from './api-error.js';
import { authorizer, fetchFor } from './connection.js';
import { kubernetesTarget } from './kubeconfig.js';
import { apiAddress, type PlatformTarget } from './platform-target.js';

/** The label, and the value that means yes. */
export const MANAGED_LABEL = 'ascent.dev/managed=true';

const DEADLINE_MS = 30_000;
const PAGE = 100;

const pageSchema = z.looseObject({
  metadata: z.looseObject({ continue: z.string().optional() }).optional(),
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).default([]),
});

/**
 * Names of the labelled services where the plan's own service runs, in alphabetical order.
 * @throws AscentError `ASC_PLATFORM_DENIED` or `ASC_PLATFORM_UNAVAILABLE`.
 */
export async function listManagedServices(
  platform: PlanPlatform,
  options: { readonly fetch?: Fetch } = {},
): Promise<readonly string[]> {
  const target: PlatformTarget =
    platform.type === 'kubernetes' ? await kubernetesTarget(platform) : platform;
  const address = apiAddress(target);
  const api = createApiClient({
    fetch: options.fetch ?? fetchFor(target),
    authorize: authorizer(target, undefined),
    deadlineMs: DEADLINE_MS,
  });
  const names: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const query = new URLSearchParams({
      labelSelector: MANAGED_LABEL,
      limit: String(PAGE),
      ...(next === '' ? {} : { continue: next }),
    });
    const answer = await api.get(
      `${address.servicesUrl.replace(/\/[^/]+$/, '')}?${query.toString()}`,
    );
    if (answer.type === 'silence' || answer.status !== 200) throw apiError(address, 'read', answer);
    const page = pageSchema.safeParse(answer.json);
    if (!page.success) throw noList(address.place);
    names.push(...page.data.items.map(({ metadata }) => metadata.name));
    next = page.data.metadata?.continue ?? null;
    if (next === '') next = null;
  }
  return names.toSorted();
}

function noList(place: string): AscentError {
  const message = `${place} answered, but not with a list of Knative Services. Check the address of the platform; nothing was changed.`;
  return new AscentError('ASC_PLATFORM_UNAVAILABLE', message);
}
