/**
 * What a deployment asks of the platform: the Service as it is, another template in its place, and whether the revision
 * that this makes can serve. The rollout's own writes are `service-port.ts`; both go through the same client.
 */
import type { PlanPlatform, Readiness, WriteOutcome } from '@ascent/core';
import { createApiClient, isTransient, type Answer, type ApiClient } from './api-client.js';
import { apiError, isNameTaken } from './api-error.js';
import { authorizer, fetchFor } from './connection.js';
import { kubernetesTarget } from './kubeconfig.js';
import { apiAddress, type ApiAddress, type PlatformTarget } from './platform-target.js';
import { withoutStamps } from './service-change.js';
import { parseRevisionConditions, parseService, type ServiceObject } from './service-object.js';
import type { ServicePortOptions } from './service-port.js';
import { readinessFromRevision } from './service-view.js';

/** Deploys to one service. */
export type ServiceDeployer = {
  /** `null` where there is no such service yet. @throws AscentError */
  readonly read: () => Promise<ServiceObject | null>;
  /** Creates the service; `conflict` where somebody else just did. @throws AscentError */
  readonly create: (body: object) => Promise<WriteOutcome>;
  /** Writes the Service that was read, changed; `conflict` where somebody wrote in between. @throws AscentError */
  readonly replace: (service: ServiceObject) => Promise<WriteOutcome>;
  /** Whether a revision can serve; one that is not there yet is `starting`. @throws AscentError */
  readonly readinessOf: (revision: string) => Promise<Readiness>;
};

/** How a deployer reaches its platform: as the rollout's port does, by what the plan names. */
export type ServiceDeployerOptions = Omit<ServicePortOptions, 'platform'> & {
  readonly platform: PlanPlatform;
};

const DEADLINE_MS = 30_000;

/** Creates a deployer. @throws AscentError where the plan's cluster cannot be found in its kubeconfig. */
export async function createServiceDeployer(
  options: ServiceDeployerOptions,
): Promise<ServiceDeployer> {
  const { platform } = options;
  const target: PlatformTarget =
    platform.type === 'kubernetes' ? await kubernetesTarget(platform) : platform;
  const address = apiAddress(target);
  const api = createApiClient({
    fetch: options.fetch ?? fetchFor(target),
    authorize: authorizer(target, options.token),
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
  });
  return {
    read: () => readOrNull(api, address),
    create: async (body) => {
      const answer = await send(api, 'POST', { url: address.collectionUrl, body });
      if (isConflict(answer)) return 'conflict';
      return expectWritten(address, answer);
    },
    replace: async (service) => {
      const annotations = withoutStamps(service.metadata.annotations ?? {});
      const body = { ...service, metadata: { ...service.metadata, annotations } };
      const answer = await send(api, 'PUT', { url: address.servicesUrl, body });
      // That the revision's name belongs to another template stays so, however often it is read again.
      if (isConflict(answer) && !isNameTaken(answer)) return 'conflict';
      return expectWritten(address, answer);
    },
    readinessOf: (revision) => readinessOf(api, address, revision),
  };
}

async function send(
  api: ApiClient,
  method: 'POST' | 'PUT',
  { url, body }: { readonly url: string; readonly body: object },
): Promise<Answer> {
  return await api.send({ method, url, body: JSON.stringify(body) });
}

function isConflict(answer: Answer): answer is Extract<Answer, { type: 'answer' }> {
  return answer.type === 'answer' && answer.status === 409;
}

/** A deployment is the same however often it is made, so an unclear answer is an error to try again after. */
function expectWritten(address: ApiAddress, answer: Answer): 'written' {
  const isOk = answer.type === 'answer' && answer.status >= 200 && answer.status < 300;
  if (isOk && !isTransient(answer) && 'object' in parseService(answer.json)) return 'written';
  throw apiError(address, 'deploy', answer);
}

async function readOrNull(api: ApiClient, address: ApiAddress): Promise<ServiceObject | null> {
  const answer = await api.get(address.servicesUrl);
  if (answer.type === 'answer' && answer.status === 404) return null;
  const parsed =
    answer.type === 'answer' && answer.status === 200 ? parseService(answer.json) : null;
  if (parsed === null || 'fault' in parsed) throw apiError(address, 'read', answer);
  return parsed.object;
}

async function readinessOf(
  api: ApiClient,
  address: ApiAddress,
  revision: string,
): Promise<Readiness> {
  const answer = await api.get(`${address.revisionsUrl}/${encodeURIComponent(revision)}`);
  if (answer.type === 'answer' && answer.status === 404) {
    return { type: 'starting', message: 'it is not there yet' };
  }
  const isOk = answer.type === 'answer' && answer.status === 200;
  const conditions = isOk ? parseRevisionConditions(answer.json) : null;
  if (conditions === null) throw apiError(address, 'read', answer);
  return readinessFromRevision(conditions);
}
