export { conditionSchema, type Condition } from './condition.js';
export {
  containerSchema,
  envVarSchema,
  probeSchema,
  type Container,
  type EnvVar,
  type Probe,
} from './container.js';
export {
  googleErrorSchema,
  kubernetesStatusSchema,
  type GoogleError,
  type KubernetesStatus,
} from './error-envelope.js';
export { listMetaSchema, objectMetaSchema, type ListMeta, type ObjectMeta } from './metadata.js';
export {
  annotationBytesMax,
  annotationNames,
  labelNames,
  revisionNamePattern,
  serviceNamePattern,
  servingApiPath,
  servingApiVersion,
  trafficTagPattern,
} from './names.js';
export {
  revisionListSchema,
  revisionSchema,
  revisionSpecSchema,
  revisionTemplateSchema,
  type Revision,
  type RevisionList,
  type RevisionSpec,
  type RevisionTemplate,
} from './revision.js';
export {
  serviceListSchema,
  serviceSchema,
  serviceSpecSchema,
  serviceStatusSchema,
  type Service,
  type ServiceList,
  type ServiceSpec,
  type ServiceStatus,
} from './service.js';
export { trafficTargetSchema, type TrafficTarget } from './traffic.js';
