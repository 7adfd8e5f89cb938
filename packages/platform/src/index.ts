export { createServicePort, type ServicePortOptions } from './service-port.js';
export type { KubernetesAuth, KubernetesTarget, PlatformTarget } from './platform-target.js';
export type { TokenSource } from './access-token.js';
export type { Fetch } from './api-client.js';
export { createPlanPort } from './plan-port.js';
export { kubernetesTarget, type KubernetesPlan } from './kubeconfig.js';
export type { CredentialProgram } from './credential-program.js';
