/**
 * The fields of the messages a client may write, as shipped in @google-cloud/run 3.3.0. A name that is none of them is
 * refused: a field that is misspelt would otherwise be passed over without a word.
 */
import { invalidArgument } from '../api/api-error.js';

type Fields = ReadonlySet<string>;

/** https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services#Service */
export const serviceFields: ReadonlySet<string> = new Set([
  ...['name', 'description', 'uid', 'generation', 'labels', 'annotations', 'createTime', 'etag'],
  ...['updateTime', 'deleteTime', 'expireTime', 'creator', 'lastModifier', 'client', 'uri', 'urls'],
  ...['clientVersion', 'ingress', 'launchStage', 'binaryAuthorization', 'template', 'traffic'],
  ...['scaling', 'invokerIamDisabled', 'defaultUriDisabled', 'customAudiences', 'buildConfig'],
  ...['iapEnabled', 'multiRegionSettings', 'threatDetectionEnabled', 'observedGeneration'],
  ...['terminalCondition', 'conditions', 'latestReadyRevision', 'latestCreatedRevision'],
  ...['trafficStatuses', 'satisfiesPzs', 'reconciling'],
]);

/** https://cloud.google.com/run/docs/reference/rest/v2/RevisionTemplate */
export const templateFields: ReadonlySet<string> = new Set([
  ...['revision', 'labels', 'annotations', 'scaling', 'vpcAccess', 'timeout', 'serviceAccount'],
  ...['containers', 'volumes', 'executionEnvironment', 'encryptionKey', 'serviceMesh'],
  ...['maxInstanceRequestConcurrency', 'encryptionKeyRevocationAction', 'sessionAffinity'],
  ...['encryptionKeyShutdownDuration', 'healthCheckDisabled', 'nodeSelector', 'client'],
  ...['gpuZonalRedundancyDisabled', 'clientVersion'],
]);

/** https://cloud.google.com/run/docs/reference/rest/v2/RevisionScaling */
export const templateScalingFields: Fields = new Set(['minInstanceCount', 'maxInstanceCount']);

/** https://cloud.google.com/run/docs/reference/rest/v2/ServiceScaling */
export const scalingFields: Fields = new Set([
  ...['minInstanceCount', 'maxInstanceCount', 'scalingMode', 'manualInstanceCount'],
]);

/** https://cloud.google.com/run/docs/reference/rest/v2/Container */
const containerFields: Fields = new Set([
  ...['name', 'image', 'sourceCode', 'command', 'args', 'env', 'resources', 'ports', 'workingDir'],
  ...['volumeMounts', 'livenessProbe', 'startupProbe', 'readinessProbe', 'dependsOn'],
  ...['baseImageUri', 'buildInfo'],
]);
const probeFields: Fields = new Set([
  ...['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'failureThreshold'],
  ...['httpGet', 'tcpSocket', 'grpc'],
]);

interface Message {
  readonly fields: Fields;
  /** The messages in its fields, one or a list; everything else is a value, a map or not looked into. */
  readonly inside?: Readonly<Record<string, Message>>;
}

const probe: Message = {
  fields: probeFields,
  inside: {
    httpGet: {
      fields: new Set(['path', 'httpHeaders', 'port']),
      inside: { httpHeaders: { fields: new Set(['name', 'value']) } },
    },
    tcpSocket: { fields: new Set(['port']) },
    grpc: { fields: new Set(['port', 'service']) },
  },
};

const container: Message = {
  fields: containerFields,
  inside: {
    env: {
      fields: new Set(['name', 'value', 'valueSource']),
      inside: {
        valueSource: {
          fields: new Set(['secretKeyRef']),
          inside: { secretKeyRef: { fields: new Set(['secret', 'version']) } },
        },
      },
    },
    resources: { fields: new Set(['limits', 'cpuIdle', 'startupCpuBoost']) },
    ports: { fields: new Set(['name', 'containerPort']) },
    livenessProbe: probe,
    startupProbe: probe,
    readinessProbe: probe,
  },
};

const service: Message = {
  fields: serviceFields,
  inside: {
    template: {
      fields: templateFields,
      inside: { scaling: { fields: templateScalingFields }, containers: container },
    },
    scaling: { fields: scalingFields },
    traffic: { fields: new Set(['type', 'revision', 'percent', 'tag']) },
  },
};

function check(value: unknown, message: Message, path: string): void {
  if (Array.isArray(value)) {
    value.forEach((part, index) => {
      check(part, message, `${path}[${index}]`);
    });
    return;
  }
  if (value === null || typeof value !== 'object') return;
  for (const [name, part] of Object.entries(value)) {
    // How JSON says which message it is; answers of operations carry it.
    if (name === '@type') continue;
    if (!message.fields.has(name)) {
      throw invalidArgument(
        `Invalid JSON payload received. Unknown name "${name}" at '${path}': Cannot find field.`,
      );
    }
    const inner = message.inside?.[name];
    if (inner !== undefined) check(part, inner, `${path}.${name}`);
  }
}

/**
 * Checks the names of all fields of a Service.
 * @throws ApiError INVALID_ARGUMENT in the words of Google's front end.
 */
export function checkFieldNames(body: unknown): void {
  check(body, service, 'service');
}
