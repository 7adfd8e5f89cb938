/** All pools of the emulator: one per revision that was ever started in this run. */
import { annotationNames, type RevisionSpec } from '@ascent/knative';
import type { Image } from '../images/image-store.js';
import type { Logger } from '../log.js';
import { metrics } from '../monitoring/metric-descriptors.js';
import type { SeriesStore } from '../monitoring/series-store.js';
import type { RevisionRecord, ServiceKey } from '../resources/record.js';
import { containerPortOf } from '../resources/template-defaults.js';
import type { Settings } from '../settings.js';
import { commandOf } from './command.js';
import { PortAllocator } from './free-port.js';
import type { OutputStream } from './instance-process.js';
import { Instance, type InstancePlan } from './instance.js';
import type { ProcessRegistry } from './process-registry.js';
import { RevisionMeter } from './revision-meter.js';
import { poolTickMs, RevisionPool, type PoolLimits } from './revision-pool.js';

/** A revision that can be sent requests. */
export interface RunningRevision {
  readonly key: ServiceKey;
  readonly name: string;
  readonly pool: RevisionPool;
  readonly meter: RevisionMeter;
  readonly timeoutMs: number;
}

/** What the fleet works with. */
export interface FleetDependencies {
  readonly settings: Settings;
  readonly registry: ProcessRegistry;
  readonly series: SeriesStore;
  readonly log: Logger;
}

const idOf = (key: ServiceKey, revision: string): string => `${key.project}/${revision}`;

function annotationNumber(revision: RevisionRecord, name: string, fallback: number): number {
  const text = revision.object.metadata.annotations?.[name];
  const value = Number(text);
  return text === undefined || !Number.isInteger(value) || value < 0 ? fallback : value;
}

/** The bounds a revision asks for; one that nobody can reach keeps no minimum. */
export function limitsOf(
  revision: RevisionRecord,
  { reachable, idleTimeoutMs }: { reachable: boolean; idleTimeoutMs: number },
): PoolLimits {
  const spec: RevisionSpec = revision.object.spec;
  return {
    concurrency: spec.containerConcurrency ?? 80,
    minInstances: reachable ? annotationNumber(revision, annotationNames.minScale, 0) : 0,
    maxInstances: Math.max(1, annotationNumber(revision, annotationNames.maxScale, 100)),
    idleTimeoutMs,
  };
}

/** Starts, finds and ends pools. */
export class Fleet {
  readonly #dependencies: FleetDependencies;
  readonly #running = new Map<string, RunningRevision>();
  readonly #ports = new PortAllocator();
  readonly #ticker: NodeJS.Timeout;

  constructor(dependencies: FleetDependencies) {
    this.#dependencies = dependencies;
    this.#ticker = setInterval(() => {
      for (const { pool } of this.#running.values()) pool.tick();
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
  open(key: ServiceKey, revision: RevisionRecord, image: Image): RunningRevision {
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
    const pool = new RevisionPool(
      limitsOf(revision, { reachable: false, idleTimeoutMs: settings.idleTimeoutMs }),
      {
        launch: () => this.#launch(plan, key.service, revision.name),
        events: {
          onStarted: (_instance, outcome) => {
            if (outcome.kind === 'ready') meter.record(metrics.startupLatencies, outcome.startupMs);
          },
          onExited: (instance) => {
            this.#ports.release(instance.port);
          },
        },
      },
    );
    const timeoutMs = (revision.object.spec.timeoutSeconds ?? 300) * 1000;
    const running = { key, name: revision.name, pool, meter, timeoutMs };
    this.#running.set(idOf(key, revision.name), running);
    return running;
  }

  /** Sets the bounds of a revision by whether it can be reached. */
  limit(key: ServiceKey, revision: RevisionRecord, reachable: boolean): void {
    const { idleTimeoutMs } = this.#dependencies.settings;
    this.find(key, revision.name)?.pool.setLimits(limitsOf(revision, { reachable, idleTimeoutMs }));
  }

  /** Ends a revision's instances, each after its last request. */
  async close(key: ServiceKey, revision: string): Promise<void> {
    const running = this.find(key, revision);
    this.#running.delete(idOf(key, revision));
    await running?.pool.close();
  }

  /** Ends everything, each instance after its last request. */
  async closeAll(): Promise<void> {
    clearInterval(this.#ticker);
    await Promise.all(this.all().map(({ pool }) => pool.close()));
  }

  /** Ends everything now. */
  killAll(): void {
    for (const { pool } of this.all()) pool.kill();
  }

  #planOf(key: ServiceKey, revision: RevisionRecord, image: Image): InstancePlan {
    const { settings } = this.#dependencies;
    const container = revision.object.spec.containers[0];
    if (container === undefined) throw new Error(`revision ${revision.name} has no container`);
    const disabled =
      revision.object.metadata.annotations?.[annotationNames.healthCheckDisabled] === 'true';
    return {
      command: commandOf(image, container, {
        service: key.service,
        revision: revision.name,
        sharedEnv: settings.env,
        secrets: settings.secrets,
      }),
      containerPort: containerPortOf(container),
      startupProbe: disabled ? undefined : container.startupProbe,
      killDelayMs: settings.killDelayMs,
    };
  }

  async #launch(plan: InstancePlan, service: string, revision: string): Promise<Instance> {
    const { registry, log } = this.#dependencies;
    const onLine = ({ id }: Instance, stream: OutputStream, message: string): void => {
      const severity = stream === 'stderr' ? 'WARNING' : 'INFO';
      log({ severity, message, log: stream, service, revision, instanceId: id });
    };
    const port = await this.#ports.take();
    const instance = new Instance(plan, { registry, port, onLine });
    const note = (severity: 'INFO' | 'WARNING', message: string): void => {
      log({ severity, message, log: 'varlog/system', service, revision, instanceId: instance.id });
    };
    note('INFO', `Starting new instance. Reason: AUTOSCALING (pid ${instance.pid ?? 'none'})`);
    void instance.exited.then(({ code, signal, fault }) => {
      const how = fault ?? (signal === null ? `exit(${code ?? 0})` : `signal ${signal}`);
      const expected = fault === undefined && (code === 0 || signal === 'SIGTERM');
      note(expected ? 'INFO' : 'WARNING', `Container ended: ${how}.`);
    });
    return instance;
  }
}
