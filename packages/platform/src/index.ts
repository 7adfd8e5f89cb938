export { createServicePort, type ServicePortOptions } from './service-port.js';
export type { KubernetesAuth, KubernetesTarget, PlatformTarget } from './platform-target.js';
export { googleTokenSource, type TokenSource } from './access-token.js';
export {
  createServiceDeployer,
  type ServiceDeployer,
  type ServiceDeployerOptions,
} from './service-deployer.js';
export type { ServiceObject } from './service-object.js';
export type { Fetch, Slow } from './api-client.js';
export { createPlanPort } from './plan-port.js';
export { kubernetesTarget, type KubernetesPlan } from './kubeconfig.js';
export type { CredentialProgram } from './credential-program.js';
export { listManagedServices, MANAGED_LABEL } from './managed-services.js';
