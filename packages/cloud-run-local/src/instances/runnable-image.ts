/**
 * Images by what can be done with them. An image of this machine runs as processes; one that is not here is asked of a
 * Docker engine, where one answers.
 */
import type { Container } from '@ascent/knative';
import { containerProgram } from '../docker/container-program.js';
import type { DockerEngine } from '../docker/docker-engine.js';
import { findImage } from '../images/image-store.js';
import { containerPortOf } from '../resources/template-defaults.js';
import { commandOf, containerEnv, type CommandContext } from './command.js';
import type { CpuLimiter } from './cpu-limiter.js';
import { processProgram, type StartProgram } from './instance-process.js';
import type { ProcessRegistry } from './process-registry.js';
import { resourceLimitsOf } from './resource-limits.js';

/** An image that can be run. */
export interface RunnableImage {
  /** `name@sha256:…`: what a revision reports as its digest. */
  readonly digestReference: string;
  /**
   * How a container of it is started.
   * @throws MissingSecretError when a variable's secret is not known.
   */
  readonly programOf: (container: Container, context: CommandContext) => StartProgram;
  /** Whether somebody else accepts connections to its port before its program does. */
  readonly isBehindRelay: boolean;
}

/** Finds the image a reference means now; undefined when there is none, as a registry's 404. */
export type ImageFinder = (reference: string) => Promise<RunnableImage | undefined>;

/** Where images are looked for. */
export interface ImageSources {
  readonly dataDir: string;
  readonly registry: ProcessRegistry;
  /** Undefined where CPU limits of processes are not enforced. */
  readonly cpuLimiter: CpuLimiter | undefined;
  readonly engine: DockerEngine | undefined;
}

async function findHere(
  { dataDir, registry, cpuLimiter }: ImageSources,
  reference: string,
): Promise<RunnableImage | undefined> {
  const image = await findImage(dataDir, reference);
  return (
    image && {
      digestReference: image.digestReference,
      programOf: (container, context) =>
        processProgram(commandOf(image, container, context), {
          registry,
          cpuLimiter,
          cpus: resourceLimitsOf(container).cpus,
        }),
      isBehindRelay: false,
    }
  );
}

async function findInEngine(
  { dataDir, engine }: ImageSources,
  reference: string,
): Promise<RunnableImage | undefined> {
  const image = await engine?.findImage(reference);
  if (engine === undefined || image === undefined) return undefined;
  const programOf = (container: Container, context: CommandContext): StartProgram => {
    const containerPort = containerPortOf(container);
    return containerProgram(engine, {
      ...resourceLimitsOf(container),
      dataDir,
      image: reference,
      entrypoint: container.command,
      cmd: container.args,
      workingDir: container.workingDir,
      containerPort,
      env: {
        ...context.sharedEnv,
        ...containerEnv(container, context),
        PORT: String(containerPort),
      },
    });
  };
  return { digestReference: image.digestReference, programOf, isBehindRelay: true };
}

/** A finder over these sources. */
export function makeImageFinder(sources: ImageSources): ImageFinder {
  return async (reference) =>
    (await findHere(sources, reference)) ?? (await findInEngine(sources, reference));
}
