/** All pools of the emulator: one per revision that was ever started in this run. */
import { constants } from 'node:os';
import { annotationNames, type Container } from '@ascent/knative';
import type { LogSource, LogStore } from '../logging/log-store.js';
import type { Logger } from '../logging/log.js';
import { metrics } from '../monitoring/metric-descriptors.js';
import type { SeriesStore } from '../monitoring/series-store.js';
import type { RevisionRecord, ServiceKey } from '../resources/record.js';
import { containerPortOf } from '../resources/template-defaults.js';
import type { Settings } from '../settings.js';
import { PortAllocator } from './free-port.js';
import type { ProcessExit } from './instance-process.js';
import { Instance, type InstancePlan } from './instance.js';
import { resourceLimitsOf } from './resource-limits.js';
import type { RunnableImage } from './runnable-image.js';
import { RevisionMeter } from './revision-meter.js';
import { UsageSampler, type SampleContext } from './usage-sampler.js';
import { poolTickMs, RevisionPool, type PoolLimits } from './revision-pool.js';

/** A revision that can be sent requests. */
export interface RunningRevision {
  readonly key: ServiceKey;
  readonly name: string;
  readonly pool: RevisionPool;
  readonly meter: RevisionMeter;
  readonly timeoutMs: number;
  readonly affinity: boolean;
  readonly sampling: SampleContext;
}

/** What the fleet works with. */
export interface FleetDependencies {
  readonly settings: Settings;
  readonly series: SeriesStore;
  readonly logs: LogStore;
  readonly log: Logger;
}

const idOf = (key: ServiceKey, revision: string): string => `${key.project}/${revision}`;

function annotationNumber(
  annotations: Readonly<Record<string, string>>,
  name: string,
  fallback: number,
): number {
  const text = annotations[name];
  const value = Number(text);
  return text === undefined || !Number.isInteger(value) || value < 0 ? fallback : value;
}

/** How a revision is reached, and what its service as a whole asks for. */
export interface Reach {
  readonly reachable: boolean;
  /** Percent of the service's traffic. */
  readonly share: number;
  /** Annotations of the service: its own bounds are divided over revisions by share. */
  readonly serviceAnnotations: Readonly<Record<string, string>>;
}

const unreached: Reach = { reachable: false, share: 0, serviceAnnotations: {} };

/** The bounds a revision has; one that nobody can reach keeps no minimum. */
function limitsOf(
  revision: RevisionRecord,
  { reachable, share, serviceAnnotations }: Reach,
  { idleTimeoutMs, queueWaitMs }: Settings,
): PoolLimits {
  const own = revision.object.metadata.annotations ?? {};
  // divergence: service-scaling
  const ofService = (name: string): number =>
    Math.ceil((annotationNumber(serviceAnnotations, name, 0) * share) / 100);
  const manual =
    serviceAnnotations[annotationNames.scalingMode] === 'manual'
      ? ofService(annotationNames.manualInstanceCount)
      : undefined;
  const minimum = Math.max(
    annotationNumber(own, annotationNames.minScale, 0),
    ofService(annotationNames.serviceMinScale),
  );
  const maximum = Math.min(
    annotationNumber(own, annotationNames.maxScale, 100),
    ofService(annotationNames.serviceMaxScale) || Number.POSITIVE_INFINITY,
  );
  return {
    concurrency: revision.object.spec.containerConcurrency ?? 80,
    minInstances: reachable ? (manual ?? minimum) : 0,
    maxInstances: Math.max(1, manual ?? maximum),
    idleTimeoutMs,
    queueWaitMs,
  };
}

/** Starts, finds and ends pools. */
export class Fleet {
  readonly #dependencies: FleetDependencies;
  readonly #running = new Map<string, RunningRevision>();
  readonly #ports = new PortAllocator();
  readonly #sampler = new UsageSampler();
  readonly #ticker: NodeJS.Timeout;

  constructor(dependencies: FleetDependencies) {
    this.#dependencies = dependencies;
    this.#ticker = setInterval(() => {
      for (const running of this.#running.values()) this.#tick(running);
    }, poolTickMs);
  }

  find(key: ServiceKey, revision: string): RunningRevision | undefined {
    return this.#running.get(idOf(key, revision));
  }

  all(): readonly RunningRevision[] {
    return [...this.#running.values()];
  }

  /**
   * Makes the pool of a revision; it has no instance yet.
   * @throws MissingSecretError when the revision refers to a secret that is not known.
   */
  open(key: ServiceKey, revision: RevisionRecord, image: RunnableImage): RunningRevision {
    const known = this.find(key, revision.name);
    if (known !== undefined) return known;
    const { settings, series } = this.#dependencies;
    const meter = new RevisionMeter(series, {
      project_id: key.project,
      location: settings.region,
      service_name: key.service,
      revision_name: revision.name,
      configuration_name: key.service,
    });
    const plan = this.#planOf(key, revision, image);
    const pool = new RevisionPool(limitsOf(revision, unreached, settings), {
      launch: () => this.#launch(plan, { key, revision: revision.name }),
      events: {
        onStarted: (_instance, outcome) => {
          if (outcome.kind === 'ready') meter.record(metrics.startupLatencies, outcome.startupMs);
        },
        onExited: (instance) => {
          this.#ports.release(instance.port);
        },
        onLaunchFailed: (error) => {
          const fault = error instanceof Error ? error.message : String(error);
          const message = `Container could not start: ${fault}`;
          this.#note({ key, revision: revision.name }, 'ERROR', message);
        },
      },
    });
    const timeoutMs = (revision.object.spec.timeoutSeconds ?? 300) * 1000;
    const { annotations } = revision.object.metadata;
    const running: RunningRevision = {
      key,
      name: revision.name,
      pool,
      meter,
      timeoutMs,
      affinity: annotations?.[annotationNames.sessionAffinity] === 'true',
      sampling: this.#samplingOf(key, revision, meter),
    };
    this.#running.set(idOf(key, revision.name), running);
    return running;
  }

  /** Sets the bounds of a revision by how it is reached. */
  limit(key: ServiceKey, revision: RevisionRecord, reach: Reach): void {
    const { settings } = this.#dependencies;
    this.find(key, revision.name)?.pool.setLimits(limitsOf(revision, reach, settings));
  }

  /** Ends a revision's instances, each after its last request. */
  async close(key: ServiceKey, revision: string): Promise<void> {
    const running = this.find(key, revision);
    this.#running.delete(idOf(key, revision));
    await running?.pool.close();
  }

  /** Ends everything, each instance after its last request, but none later than Cloud Run would wait after SIGTERM. */
  async closeAll(): Promise<void> {
    clearInterval(this.#ticker);
    const late = setTimeout(() => {
      for (const { pool } of this.all()) {
        for (const instance of pool.instances) instance.kill();
      }
    }, this.#dependencies.settings.killDelayMs);
    await Promise.all(this.all().map(({ pool }) => pool.close()));
    clearTimeout(late);
  }

  #planOf(key: ServiceKey, revision: RevisionRecord, image: RunnableImage): InstancePlan {
    const { settings } = this.#dependencies;
    const container = containerOf(revision);
    const disabled =
      revision.object.metadata.annotations?.[annotationNames.healthCheckDisabled] === 'true';
    return {
      startProgram: image.programOf(container, {
        service: key.service,
        revision: revision.name,
        sharedEnv: settings.env,
        secrets: settings.secrets,
      }),
      containerPort: containerPortOf(container),
      isBehindRelay: image.isBehindRelay,
      startupProbe: disabled ? undefined : container.startupProbe,
      livenessProbe: container.livenessProbe,
      readinessProbe: container.readinessProbe,
      killDelayMs: settings.killDelayMs,
    };
  }

  #samplingOf(key: ServiceKey, revision: RevisionRecord, meter: RevisionMeter): SampleContext {
    const container = containerOf(revision);
    const throttling = revision.object.metadata.annotations?.[annotationNames.cpuThrottling];
    return {
      meter,
      containerName: container.name ?? key.service,
      limits: resourceLimitsOf(container),
      alwaysBilled: throttling === 'false',
      onKilled: (message) => {
        this.#note({ key, revision: revision.name }, 'ERROR', message);
      },
    };
  }

  #tick({ pool, meter, sampling }: RunningRevision): void {
    pool.tick();
    let active = 0;
    let idle = 0;
    for (const instance of pool.instances) {
      this.#sampler.sample(instance, sampling);
      if (instance.inFlight > 0) active += 1;
      else if (instance.state === 'ready') idle += 1;
    }
    if (active > 0) meter.gauge(metrics.instanceCount, active, { state: 'active' });
    if (idle > 0) meter.gauge(metrics.instanceCount, idle, { state: 'idle' });
  }

  #note(source: LogSource, severity: 'INFO' | 'WARNING' | 'ERROR', message: string): void {
    const { log, logs } = this.#dependencies;
    logs.addNote(source, severity, message);
    log({ severity, message, log: 'varlog/system', ...labelsOf(source) });
  }

  async #launch(plan: InstancePlan, owner: Omit<LogSource, 'instanceId'>): Promise<Instance> {
    const port = await this.#ports.take();
    try {
      return this.#startInstance(plan, owner, port);
    } catch (error) {
      this.#ports.release(port);
      throw error;
    }
  }

  #startInstance(plan: InstancePlan, owner: Omit<LogSource, 'instanceId'>, port: number): Instance {
    const { log, logs } = this.#dependencies;
    const instance = new Instance(plan, {
      port,
      onLine: ({ id }, stream, message) => {
        const source = { ...owner, instanceId: id };
        logs.addLine(source, stream, message);
        const severity = stream === 'stderr' ? 'WARNING' : 'INFO';
        log({ severity, message, log: stream, ...labelsOf(source) });
      },
      onUnhealthy: ({ id }, message) => {
        this.#note({ ...owner, instanceId: id }, 'WARNING', message);
      },
    });
    const source = { ...owner, instanceId: instance.id };
    this.#note(source, 'INFO', 'Starting new instance. Reason: AUTOSCALING');
    void instance.exited.then((exit) => {
      if (exit.killedFor !== undefined) this.#note(source, 'ERROR', exit.killedFor);
      const { expected, message } = describeExit(exit);
      this.#note(source, expected ? 'INFO' : 'WARNING', message);
    });
    return instance;
  }
}

function containerOf({ name, object }: RevisionRecord): Container {
  const [container] = object.spec.containers;
  if (container === undefined) throw new Error(`revision ${name} has no container`);
  return container;
}

function describeExit({ code, signal, fault }: ProcessExit): {
  expected: boolean;
  message: string;
} {
  if (fault !== undefined)
    return { expected: false, message: `Container could not start: ${fault}` };
  if (signal !== null) {
    const message = `Container terminated on signal ${constants.signals[signal]}.`;
    return { expected: signal === 'SIGTERM', message };
  }
  return { expected: code === 0, message: `Container called exit(${code ?? 0}).` };
}

function labelsOf({ key, revision, instanceId }: LogSource) {
  return { service: key.service, revision, ...(instanceId !== undefined && { instanceId }) };
}
