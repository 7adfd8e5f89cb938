/** Knative Serving v1 through the Kubernetes client, to which a Service is a custom object. */
import { ApiException, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import type { Condition, Service, TrafficTarget } from '@ascent/knative';
import { echoImage, settled, type Askable, type Body } from '../harness.js';
import {
  Fault,
  type ApiDriver,
  type SeenConditions,
  type SeenService,
  type SeenTarget,
  type Target,
  type Wanted,
  type Write,
  type WriteWish,
} from './api-driver.js';

const kind = { group: 'serving.knative.dev', version: 'v1', namespace: 'local' } as const;
const services = { ...kind, plural: 'services' } as const;
const revisions = { ...kind, plural: 'revisions' } as const;

function connect({ emulator }: Askable): CustomObjectsApi {
  const config = new KubeConfig();
  config.loadFromOptions({
    // The client refuses plain HTTP unless it is told not to verify anything.
    clusters: [{ name: 'local', server: emulator.url, skipTLSVerify: true }],
    users: [{ name: 'local' }],
    contexts: [{ name: 'local', cluster: 'local', user: 'local' }],
    currentContext: 'local',
  });
  return config.makeApiClient(CustomObjectsApi);
}

/** The client hands on the body of a refusal as text. */
async function ask<T>(call: Promise<unknown>): Promise<T> {
  try {
    return (await call) as T;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const { status, message, code } = (JSON.parse(String(error.body)) as Body).error;
    if (code !== error.code) throw new Error(`HTTP ${error.code} says ${code}`, { cause: error });
    throw new Fault(status, message);
  }
}

const toTarget = ({ revision, percent = 0, tag }: Target): TrafficTarget => ({
  ...(revision === undefined ? { latestRevision: true } : { revisionName: revision }),
  percent,
  ...(tag !== undefined && { tag }),
});

const fromTarget = (target: TrafficTarget): SeenTarget => ({
  ...(target.latestRevision !== true && { revision: target.revisionName ?? '' }),
  percent: target.percent ?? 0,
  ...(target.tag !== undefined && { tag: target.tag }),
  ...(target.url !== undefined && { url: target.url }),
});

function toService(name: string, wanted: Wanted): Service {
  const { image = echoImage, env = {}, portName, traffic } = wanted;
  const container = {
    image,
    env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
    ...(portName !== undefined && { ports: [{ name: portName, containerPort: 8080 }] }),
  };
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name, annotations: wanted.annotations ?? {} },
    spec: {
      template: {
        metadata: { ...(wanted.revision !== undefined && { name: wanted.revision }) },
        spec: { containers: Array.from({ length: wanted.containers ?? 1 }, () => container) },
      },
      ...(traffic !== undefined && { traffic: traffic.map(toTarget) }),
    },
  };
}

const conditionsOf = (conditions: readonly Condition[]): SeenConditions =>
  new Map(
    conditions.map(({ type, status, reason = '', message = '' }) => [
      type,
      { status, reason, message },
    ]),
  );

function see({ metadata, spec, status }: Body): SeenService {
  const [container] = spec.template.spec.containers;
  return {
    generation: metadata.generation ?? 0,
    token: metadata.resourceVersion,
    annotations: metadata.annotations,
    latestCreated: status.latestCreatedRevisionName,
    // Absent before the first revision is ready.
    latestReady: (status as Partial<Body['status']>).latestReadyRevisionName ?? '',
    conditions: conditionsOf(status.conditions),
    wantedTraffic: (spec.traffic ?? []).map(fromTarget),
    servedTraffic: status.traffic.map(fromTarget),
    url: status.url,
    filled: {
      concurrency: spec.template.spec.containerConcurrency,
      timeoutSeconds: spec.template.spec.timeoutSeconds,
      ports: container?.ports,
      limits: container?.resources?.limits,
      startupProbe: container?.startupProbe,
    },
  };
}

/** What a read returns for the sake of the next write: its version would make every write conditional. */
function withVersion(service: Service, token: string | undefined): Service {
  return { ...service, metadata: { ...service.metadata, resourceVersion: token } };
}

/** A client of v1. */
export function makeV1Driver(world: Askable): ApiDriver {
  const api = connect(world);
  const read = (name: string) => ask<Body>(api.getNamespacedCustomObject({ ...services, name }));
  const writeOf = (name: string, body: Body): Write => ({
    accepted: see(body),
    decided: async () => {
      const seen = see(await settled(world, name));
      const ready = seen.conditions.get('Ready');
      if (ready?.status !== 'True') throw new Fault('FAILED_PRECONDITION', ready?.message ?? '');
      return seen;
    },
  });
  const put = async (
    name: string,
    body: Service,
    { checkOnly }: WriteWish = {},
  ): Promise<Write> => {
    const options = checkOnly === true ? { dryRun: 'All' } : {};
    const call = api.replaceNamespacedCustomObject({ ...services, name, body, ...options });
    return writeOf(name, await ask<Body>(call));
  };
  return {
    create: async (name, wanted, { checkOnly } = {}) => {
      const options = checkOnly === true ? { dryRun: 'All' } : {};
      const body = toService(name, wanted);
      const call = api.createNamespacedCustomObject({ ...services, body, ...options });
      return writeOf(name, await ask<Body>(call));
    },
    read: async (name) => see(await read(name)),
    list: async (limit) => {
      const options = limit === undefined ? {} : { limit };
      const list = await ask<Body>(api.listNamespacedCustomObject({ ...services, ...options }));
      const names = list.items.map(({ metadata }) => metadata.name ?? '');
      return { names, more: (list.metadata as { continue?: string }).continue !== undefined };
    },
    replace: (name, wanted, wish) =>
      put(name, withVersion(toService(name, wanted), wish?.token), wish),
    annotate: async (name, annotations) => {
      const { metadata, ...service } = await read(name);
      return put(
        name,
        withVersion({ ...service, metadata: { ...metadata, annotations } }, undefined),
      );
    },
    split: async (name, traffic) => {
      const { spec, ...service } = await read(name);
      const body = { ...service, spec: { ...spec, traffic: traffic.map(toTarget) } };
      return put(name, withVersion(body, undefined));
    },
    remove: async (name, { checkOnly } = {}) => {
      const options = checkOnly === true ? { dryRun: 'All' } : {};
      await ask(api.deleteNamespacedCustomObject({ ...services, name, ...options }));
    },
    revisions: async (name) => {
      const labelSelector = `serving.knative.dev/service=${name}`;
      const list = await ask<Body>(api.listNamespacedCustomObject({ ...revisions, labelSelector }));
      return list.items.map(({ metadata, status }) => ({
        name: metadata.name ?? '',
        conditions: conditionsOf(status.conditions),
      }));
    },
    removeRevision: async (_service, name) => {
      await ask(api.deleteNamespacedCustomObject({ ...revisions, name }));
    },
  };
}
