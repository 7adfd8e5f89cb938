/** Admin API v2 through Google's own clients over REST. */
import run from '@google-cloud/run';
import type { protos } from '@google-cloud/run';
import { echoImage, type Askable } from '../harness.js';
import {
  Fault,
  type ApiDriver,
  type SeenCondition,
  type SeenConditions,
  type SeenService,
  type SeenTarget,
  type Target,
  type Wanted,
  type Write,
  type WriteWish,
} from './api-driver.js';
import { googleClientOptions } from './google-client.js';

type IService = protos.google.cloud.run.v2.IService;
type ICondition = protos.google.cloud.run.v2.ICondition;
type ITarget = protos.google.cloud.run.v2.ITrafficTarget;

/** The project and region of every test. */
export const parent = 'projects/local/locations/us-central1';

/** The codes of gRPC, by which Google's clients report every fault. https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const canonicalNames: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
  12: 'UNIMPLEMENTED',
};

async function ask<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const { code, message } = error as { code?: number; message: string };
    const status = canonicalNames[code ?? -1];
    if (status === undefined) throw error;
    throw new Fault(status, message);
  }
}

const shortName = (name: string | null | undefined): string => name?.split('/').at(-1) ?? '';

const toTarget = ({ revision, percent = 0, tag = '' }: Target): ITarget => ({
  type: `TRAFFIC_TARGET_ALLOCATION_TYPE_${revision === undefined ? 'LATEST' : 'REVISION'}`,
  revision: revision ?? '',
  percent,
  tag,
});

const fromTarget = (target: ITarget & { uri?: string | null }): SeenTarget => ({
  ...(target.type !== 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST' && {
    revision: target.revision ?? '',
  }),
  percent: target.percent ?? 0,
  ...(target.tag && { tag: target.tag }),
  ...(target.uri && { url: target.uri }),
});

function toService(wanted: Wanted): IService {
  const { image = echoImage, env = {}, portName } = wanted;
  const container = {
    image,
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    ...(portName !== undefined && { ports: [{ name: portName, containerPort: 8080 }] }),
  };
  return {
    annotations: wanted.annotations ?? {},
    template: {
      revision: wanted.revision ?? '',
      containers: Array.from({ length: wanted.containers ?? 1 }, () => container),
    },
    traffic: (wanted.traffic ?? []).map(toTarget),
  };
}

/** `HEALTH_CHECK_CONTAINER_ERROR` is `HealthCheckContainerError` in v1. */
const inV1Words = (reason: string): string =>
  reason.toLowerCase().replace(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());

function seeCondition({ state, reason, revisionReason, message }: ICondition): SeenCondition {
  const statuses: Readonly<Record<string, SeenCondition['status']>> = {
    CONDITION_SUCCEEDED: 'True',
    CONDITION_FAILED: 'False',
  };
  const said = revisionReason ?? reason;
  return {
    status: statuses[String(state)] ?? 'Unknown',
    reason: said === undefined || said === null ? '' : inV1Words(String(said)),
    message: message ?? '',
  };
}

const conditionsOf = (conditions: readonly ICondition[]): SeenConditions =>
  new Map(conditions.map((condition) => [condition.type ?? '', seeCondition(condition)]));

/** Every answer has every field; the client's types do not say so. */
type Whole<T> = { readonly [K in keyof T]-?: NonNullable<T[K]> };

function see(answer: IService): SeenService {
  const service = answer as Whole<IService>;
  const [container] = service.template.containers ?? [];
  return {
    generation: Number(service.generation),
    token: service.etag,
    annotations: service.annotations,
    latestCreated: shortName(service.latestCreatedRevision),
    latestReady: shortName(service.latestReadyRevision),
    conditions: conditionsOf([service.terminalCondition, ...service.conditions]),
    wantedTraffic: service.traffic.map(fromTarget),
    servedTraffic: service.trafficStatuses.map(fromTarget),
    url: service.uri,
    filled: {
      concurrency: service.template.maxInstanceRequestConcurrency,
      timeoutSeconds: Number(service.template.timeout?.seconds),
      ports: container?.ports,
      limits: container?.resources?.limits,
      startupProbe: container?.startupProbe,
    },
  };
}

interface ServiceOperation {
  readonly metadata: unknown;
  readonly promise: () => Promise<unknown>;
}

/** A client of v2. */
export function makeV2Driver(world: Askable): ApiDriver {
  const services = new run.v2.ServicesClient(googleClientOptions(world));
  const revisions = new run.v2.RevisionsClient(googleClientOptions(world));
  const path = (name: string): string => `${parent}/services/${name}`;
  const get = async (name: string): Promise<IService> =>
    (await ask(services.getService({ name: path(name) })))[0];
  const writeOf = (name: string, operation: ServiceOperation): Write => ({
    accepted: see(operation.metadata as IService),
    decided: async () => {
      await ask(operation.promise());
      return see(await get(name));
    },
  });
  const patch = async (
    name: string,
    { service, paths, wish = {} }: { service: IService; paths?: string[]; wish?: WriteWish },
  ): Promise<Write> => {
    const { token, checkOnly = false } = wish;
    const [operation] = await ask(
      services.updateService({
        service: { ...service, name: path(name), ...(token !== undefined && { etag: token }) },
        validateOnly: checkOnly,
        ...(paths && { updateMask: { paths } }),
      }),
    );
    return writeOf(name, operation);
  };
  return {
    create: async (serviceId, wanted, { checkOnly = false } = {}) => {
      const request = { parent, serviceId, service: toService(wanted), validateOnly: checkOnly };
      const [operation] = await ask(services.createService(request));
      return writeOf(serviceId, operation);
    },
    read: async (name) => see(await get(name)),
    list: async (limit) => {
      const options = limit === undefined ? {} : { pageSize: limit };
      const [page, next] = await ask(
        services.listServices({ parent, ...options }, { autoPaginate: false }),
      );
      return { names: page.map(({ name }) => shortName(name)), more: Boolean(next?.pageToken) };
    },
    replace: (name, wanted, wish = {}) => patch(name, { service: toService(wanted), wish }),
    annotate: async (name, annotations) => {
      const service = await get(name);
      return patch(name, { service: { ...service, annotations, etag: '' } });
    },
    split: (name, traffic) =>
      patch(name, { service: { traffic: traffic.map(toTarget) }, paths: ['traffic'] }),
    remove: async (name, { checkOnly = false } = {}) => {
      const request = { name: path(name), validateOnly: checkOnly };
      const [operation] = await ask(services.deleteService(request));
      await ask(operation.promise());
    },
    revisions: async (name) => {
      const [list] = await ask(revisions.listRevisions({ parent: path(name) }));
      return list.map((revision) => ({
        name: shortName(revision.name),
        conditions: conditionsOf(revision.conditions ?? []),
      }));
    },
    removeRevision: async (name, revision) => {
      const request = { name: `${path(name)}/revisions/${revision}` };
      const [operation] = await ask(revisions.deleteRevision(request));
      await ask(operation.promise());
    },
  };
}
