/** `ascent deploy`: makes a revision of a manifest and an image, ready to serve, that no user reaches yet. */
import { setTimeout as delay } from 'node:timers/promises';
import { AscentError, type RolloutPlan } from '@ascent/core';
import { deploymentOf, type PresentService, type Release } from './deployment.js';
import { readManifest } from './manifest.js';
import { createServiceClient, type ServiceClient } from './service-client.js';

/** What is deployed, and where it is described. */
export type DeployOptions = Release & { readonly manifest: string };

/** What a deployment came to. */
export type Deployed = {
  readonly revision: string;
  /** True where the service was created: it then has all the traffic. */
  readonly first: boolean;
  readonly url: string | null;
};

const CONFLICTS_MAX = 5;
const POLL_MS = 500;

/**
 * Deploys, and waits until the revision is ready.
 * @throws AscentError `ASC_MANIFEST_INVALID`, `ASC_REVISION_NOT_READY`, or what the platform refuses.
 */
export async function deploy(plan: RolloutPlan, options: DeployOptions): Promise<Deployed> {
  const manifest = await readManifest(options.manifest, plan.service);
  const client = createServiceClient(plan.platform);
  for (let attempt = 0; attempt < CONFLICTS_MAX; attempt += 1) {
    const present = await client.read();
    const { revision, body } = deploymentOf(manifest, present, options);
    if (!(await write(client, present, body))) continue;
    await waitUntilReady(client, revision, plan.readyWithinMs);
    const service = present ?? (await client.read());
    return { revision, first: present === null, url: service?.status?.url ?? null };
  }
  const message = `${plan.service} was changed by somebody else ${CONFLICTS_MAX} times in a row; nothing of this deployment took effect. Try again.`;
  throw new AscentError('ASC_CONFLICT', message);
}

/** True where it was written, false where somebody was faster. */
async function write(
  client: ServiceClient,
  present: PresentService | null,
  body: unknown,
): Promise<boolean> {
  if (present !== null) return (await client.replace(body)) === 'written';
  await client.create(body);
  return true;
}

async function waitUntilReady(
  client: ServiceClient,
  revision: string,
  withinMs: number,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  let said = '';
  while (performance.now() < deadlineMs) {
    const { ready, message } = await client.revision(revision);
    if (ready === 'True') return;
    said = message;
    if (ready === 'False') break;
    await delay(POLL_MS);
  }
  const text = `${revision} is not ready: ${said} The traffic stays where it was. Mend the image or the manifest and deploy again.`;
  throw new AscentError('ASC_REVISION_NOT_READY', text);
}
