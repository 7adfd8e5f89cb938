/**
 * The annotation and label names of Knative Serving and Cloud Run that this house reads or writes,
 * and the patterns of resource names.
 * Contract: https://cloud.google.com/run/docs/reference/rest/v1/ObjectMeta and
 * https://github.com/knative/specs/blob/main/specs/serving/knative-api-specification-1.0.md
 */

/** `apiVersion` of every Knative Serving object. */
export const servingApiVersion = 'serving.knative.dev/v1';

/** Path prefix of the Knative Serving REST API. */
export const servingApiPath = '/apis/serving.knative.dev/v1';

/** Annotation names, by what they say. */
export const annotationNames = {
  minScale: 'autoscaling.knative.dev/minScale',
  maxScale: 'autoscaling.knative.dev/maxScale',
  serviceMinScale: 'run.googleapis.com/minScale',
  serviceMaxScale: 'run.googleapis.com/maxScale',
  scalingMode: 'run.googleapis.com/scalingMode',
  manualInstanceCount: 'run.googleapis.com/manualInstanceCount',
  ingress: 'run.googleapis.com/ingress',
  ingressStatus: 'run.googleapis.com/ingress-status',
  launchStage: 'run.googleapis.com/launch-stage',
  description: 'run.googleapis.com/description',
  clientName: 'run.googleapis.com/client-name',
  clientVersion: 'run.googleapis.com/client-version',
  operationId: 'run.googleapis.com/operation-id',
  urls: 'run.googleapis.com/urls',
  cpuThrottling: 'run.googleapis.com/cpu-throttling',
  startupCpuBoost: 'run.googleapis.com/startup-cpu-boost',
  sessionAffinity: 'run.googleapis.com/sessionAffinity',
  executionEnvironment: 'run.googleapis.com/execution-environment',
  healthCheckDisabled: 'run.googleapis.com/health-check-disabled',
  invokerIamDisabled: 'run.googleapis.com/invoker-iam-disabled',
  defaultUrlDisabled: 'run.googleapis.com/default-url-disabled',
  customAudiences: 'run.googleapis.com/custom-audiences',
  creator: 'serving.knative.dev/creator',
  lastModifier: 'serving.knative.dev/lastModifier',
} as const;

/** Label names, by what they say. */
export const labelNames = {
  service: 'serving.knative.dev/service',
  serviceUid: 'serving.knative.dev/serviceUid',
  configuration: 'serving.knative.dev/configuration',
  configurationGeneration: 'serving.knative.dev/configurationGeneration',
  route: 'serving.knative.dev/route',
  location: 'cloud.googleapis.com/location',
  nonce: 'client.knative.dev/nonce',
  startupProbeType: 'run.googleapis.com/startupProbeType',
} as const;

/** A service name: begins with a letter, does not end with a hyphen, under 50 characters. */
export const serviceNamePattern = /^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/;

/** A revision name: as a Kubernetes DNS label, and begins with `SERVICE-`. */
export const revisionNamePattern = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A traffic tag: lower-case letters, digits and hyphens; it becomes the front of a DNS label. */
export const trafficTagPattern = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Most bytes that all keys and values of an object's annotations may have together. */
export const annotationBytesMax = 262_144;
