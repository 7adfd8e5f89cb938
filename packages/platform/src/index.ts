export { createServicePort, type ServicePortOptions } from './service-port.js';
export type { KubernetesAuth, KubernetesTarget, PlatformTarget } from './platform-target.js';
export type { TokenSource } from './access-token.js';
export type { Fetch } from './api-client.js';
