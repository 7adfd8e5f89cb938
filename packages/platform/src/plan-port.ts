/** The port of the service that a plan names, wherever it runs. */
import type { PlanPlatform, ServicePort } from '@ascent/core';
import { kubernetesTarget } from './kubeconfig.js';
import { createServicePort, type ServicePortOptions } from './service-port.js';

/** Creates the port. Nothing is asked, and no kubeconfig is read, until it is used. */
export function createPlanPort(
  platform: PlanPlatform,
  options: Pick<ServicePortOptions, 'slow' | 'fetch'> = {},
): ServicePort {
  if (platform.type !== 'kubernetes') return createServicePort({ ...options, platform });
  const port = once(async () =>
    // A cluster has certificates of its own, and the connection that knows them.
    createServicePort({ slow: options.slow, platform: await kubernetesTarget(platform) }),
  );
  return {
    read: async () => await (await port()).read(),
    replace: async (view, change) => await (await port()).replace(view, change),
    rehearse: async () => await (await port()).rehearse(),
  };
}

/** Makes a thing at its first use. What failed is tried again: a kubeconfig can be mended while a controller runs. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return async () => {
    made ??= make();
    try {
      return await made;
    } catch (error) {
      made = null;
      throw error;
    }
  };
}
