/** cloud-run-local as one thing that is started and stopped: wires the rooms together, decides nothing. */
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { AdminV2 } from './admin-v2/v2-routes.js';
import { answerApi } from './api/api-server.js';
import { ApiRouter } from './api/api-router.js';
import { iamRoutes } from './api/iam-routes.js';
import { loggingRoutes } from './api/logging-routes.js';
import { monitoringRoutes } from './api/monitoring-routes.js';
import { v1Routes } from './api/v1-routes.js';
import { makeMicrosecondClock } from './clock.js';
import { removeOrphanContainers } from './docker/container-program.js';
import { DockerEngine } from './docker/docker-engine.js';
import { makeChance } from './front-door/chance.js';
import { FrontDoor } from './front-door/front-door.js';
import { ignoreUpgrade, isWebSocket } from './front-door/ignored-upgrade.js';
import { answerPlain, serve } from './front-door/proxy.js';
import { toOriginForm } from './front-door/request-target.js';
import { refuseUpgrade, serveUpgrade } from './front-door/upgrade.js';
import { RouteTable } from './front-door/route-table.js';
import { CpuLimiter } from './instances/cpu-limiter.js';
import { Fleet } from './instances/fleet.js';
import { ProcessRegistry } from './instances/process-registry.js';
import { makeImageFinder, type ImageSources } from './instances/runnable-image.js';
import { LogStore } from './logging/log-store.js';
import type { Logger } from './logging/log.js';
import { SeriesStore } from './monitoring/series-store.js';
import { Reconciler } from './reconciler.js';
import { frontDoorDomain, hostOf, type AddressBook } from './resources/addresses.js';
import { ResourceStore } from './resources/store.js';
import { ServiceOperations } from './service-operations.js';
import { lockDataDir } from './data-dir-lock.js';
import { projectNumber, type Settings } from './settings.js';

/** Said once, because a service that is fast enough here may not be so on its own share of a CPU. */
const cpuNotice =
  'CPU limits of processes are not enforced, only those of containers (--cpu-limits enforce).';

/** A running emulator. */
export interface Emulator {
  /** Where the APIs are, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops listening and ends every instance, each after its last request but within `killDelayMs`; safe to call twice.
   */
  readonly stop: () => Promise<void>;
}

function listen(server: Server, { port, host }: Settings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = `cannot listen on host '${host}', port ${port} (${error.message})`;
      reject(new Error(reason, { cause: error }));
    });
    server.listen({ port, host }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function makeServer(
  frontDoor: FrontDoor,
  router: ApiRouter,
  caller: { log: Logger; boundHost: string },
): Server {
  // Requests may run for an hour; their end is the service's timeout, not the server's.
  // divergence: http-versions
  const server = createServer(
    { requestTimeout: 0, keepAliveTimeout: 620_000, noDelay: true },
    (incoming, outgoing) => {
      toOriginForm(incoming);
      const admitted = frontDoor.admit(incoming);
      if (admitted === 'api') void answerApi(router, { incoming, outgoing }, caller);
      else if ('status' in admitted) answerPlain(outgoing, admitted.status, admitted.message);
      else serve({ incoming, outgoing }, admitted, frontDoor.logs);
    },
  );
  // Their bytes are limited; leaving some out because they are many would change the request.
  server.maxHeadersCount = 0;
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isWebSocket(incoming)) {
      ignoreUpgrade(server, { incoming, socket, head });
      return;
    }
    // Node has let go of the socket; a client that resets it ends its own connection, nothing else.
    socket.on('error', () => socket.destroy());
    toOriginForm(incoming);
    const admitted = frontDoor.admit(incoming);
    if (admitted === 'api') refuseUpgrade(socket, 400, 'The APIs speak HTTP only.');
    else if ('status' in admitted) refuseUpgrade(socket, admitted.status, admitted.message);
    else serveUpgrade({ incoming, socket, head }, admitted, frontDoor.logs);
  });
  return server;
}

/** The rooms of the emulator, wired. */
interface House {
  readonly fleet: Fleet;
  readonly store: ResourceStore;
  readonly reconciler: Reconciler;
  readonly server: Server;
  readonly cpuLimiter: CpuLimiter | undefined;
}

async function build(settings: Settings, log: Logger, port: () => number): Promise<House> {
  const { dataDir } = settings;
  const registry = new ProcessRegistry(dataDir);
  const engine = await findEngine(settings, log);
  await endOrphans({ dataDir, registry, engine }, log);
  const cpuLimiter = settings.cpuLimits === 'enforce' ? CpuLimiter.open() : undefined;
  const store = await ResourceStore.open(settings.dataDir);
  const series = new SeriesStore(settings);
  const clock = makeMicrosecondClock(store.latestUs());
  const logs = new LogStore(settings.region);
  const fleet = new Fleet({ settings, series, logs, log });
  const book: AddressBook = { projectNumber, region: settings.region, port };
  const routes = new RouteTable({
    defaultProject: settings.project,
    domain: frontDoorDomain,
    hostOf: (key, tag) => hostOf(book, { ...key, tag }),
  });
  const images = makeImageFinder({ dataDir, registry, cpuLimiter, engine });
  const reconciler = new Reconciler({ images, store, fleet, routes, clock, log });
  const operations = new ServiceOperations({ settings, store, reconciler, fleet, routes, clock });
  const projectOf = makeProjectLookup(settings, store);
  const admin = new AdminV2({ operations, book, projectOf, etagRule: settings.v2Etag });
  reconciler.onStep = (key) => {
    const record = store.service(key);
    if (record !== undefined) admin.noteStep(record);
  };
  const checkService = (project: string, service: string): void => {
    operations.get({ project: projectOf(project), service });
  };
  const router = new ApiRouter([
    ...v1Routes({ operations, book, projectOf }),
    ...admin.routes(),
    ...iamRoutes('/v1', checkService),
    ...iamRoutes('/v2', checkService),
    ...monitoringRoutes(series, projectOf),
    ...loggingRoutes(logs),
  ]);
  const chance = makeChance(settings.seed);
  const frontDoor = new FrontDoor({ routes, fleet, logs, chance });
  const server = makeServer(frontDoor, router, { log, boundHost: settings.host });
  return { fleet, store, reconciler, server, cpuLimiter };
}

/** The Docker engine, if one is named and answers. */
async function findEngine(settings: Settings, log: Logger): Promise<DockerEngine | undefined> {
  const { dockerSocket } = settings;
  if (dockerSocket === undefined) return undefined;
  try {
    return await DockerEngine.connect(dockerSocket);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The Docker engine at ${dockerSocket} does not answer (${reason}); only images of this machine are run.`;
    log({ severity: 'WARNING', log: 'emulator', message });
    return undefined;
  }
}

async function endOrphans(
  { dataDir, registry, engine }: Omit<ImageSources, 'cpuLimiter'>,
  log: Logger,
): Promise<void> {
  const containers = engine === undefined ? 0 : await removeOrphanContainers(engine, dataDir);
  const orphans = registry.killOrphans().length + containers;
  if (orphans === 0) return;
  const message = `Ended ${orphans} instances an earlier run left behind.`;
  log({ severity: 'WARNING', log: 'emulator', message });
}

/**
 * Starts the emulator on its data directory; whatever an earlier run left running is ended first.
 * @throws Error when the port or the data directory is in use.
 */
export async function startEmulator(settings: Settings, log: Logger): Promise<Emulator> {
  mkdirSync(settings.dataDir, { recursive: true });
  const unlock = lockDataDir(settings.dataDir);
  let { port } = settings;
  if (settings.cpuLimits === 'ignore')
    log({ severity: 'INFO', log: 'emulator', message: cpuNotice });
  const { fleet, store, reconciler, server, cpuLimiter } = await build(
    settings,
    log,
    () => port,
  ).catch((error: unknown) => {
    unlock();
    throw error;
  });
  try {
    port = await listen(server, settings);
  } catch (error) {
    await fleet.closeAll();
    unlock();
    throw error;
  }
  await Promise.all(store.services().map(({ key }) => reconciler.wake(key)));
  const stopAll = async (): Promise<void> => {
    reconciler.stop();
    server.close();
    server.closeIdleConnections();
    await fleet.closeAll();
    cpuLimiter?.close();
    server.closeAllConnections();
    unlock();
  };
  let stopping: Promise<void> | undefined;
  const host = isIPv6(settings.host) ? `[${settings.host}]` : settings.host;
  return { url: `http://${host}:${port}`, port, stop: () => (stopping ??= stopAll()) };
}

/** Projects are named by their id; clients may send the number instead. */
function makeProjectLookup(settings: Settings, store: ResourceStore): (name: string) => string {
  return (name) => {
    if (!/^\d+$/.test(name)) return name;
    const projects = [settings.project, ...store.services().map(({ key }) => key.project)];
    return projects.find((project) => projectNumber(project) === name) ?? name;
  };
}
