/** `ascent deploy`: makes a revision of a manifest and an image, ready to serve, that no user reaches yet. */
import { setTimeout as delay } from 'node:timers/promises';
import { AscentError, type RolloutPlan } from '@ascent/core';
import { createServiceDeployer, type ServiceDeployer } from '@ascent/platform';
import { deploymentOf, type Release } from './deployment.js';
import { readManifest } from './manifest.js';

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
  const deployer = await createServiceDeployer({ platform: plan.platform });
  for (let attempt = 0; attempt < CONFLICTS_MAX; attempt += 1) {
    const present = await deployer.read();
    const deployment = deploymentOf(manifest, present, options);
    const { revision, first } = deployment;
    const outcome = deployment.first
      ? await deployer.create(deployment.body)
      : await deployer.replace(deployment.body);
    if (outcome === 'conflict') continue;
    await waitUntilReady(deployer, revision, plan.readyWithinMs);
    const service = present ?? (await deployer.read());
    return { revision, first, url: service?.status?.url ?? null };
  }
  const message = `${plan.service} was changed by somebody else ${CONFLICTS_MAX} times in a row; nothing of this deployment took effect. Try again.`;
  throw new AscentError('ASC_CONFLICT', message);
}

async function waitUntilReady(
  deployer: ServiceDeployer,
  revision: string,
  withinMs: number,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  let said = '';
  while (performance.now() < deadlineMs) {
    const readiness = await deployer.readinessOf(revision);
    if (readiness.type === 'ready') return;
    said = readiness.message;
    if (readiness.type === 'failed') break;
    await delay(POLL_MS);
  }
  const text = `${revision} is not ready: ${said} The traffic stays where it was. Mend the image or the manifest and deploy again.`;
  throw new AscentError('ASC_REVISION_NOT_READY', text);
}
