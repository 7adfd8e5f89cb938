/**
 * What an instance is started with: the image's program and variables, the service's own on top, and what
 * Cloud Run promises every container (https://cloud.google.com/run/docs/container-contract#env-vars).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Container, EnvVar } from '@ascent/knative';
import type { FolderImage } from '../images/image-store.js';

/** A program ready to be spawned; PORT is added by whoever knows it. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What the command is for. */
export interface CommandContext {
  readonly service: string;
  readonly revision: string;
  /** Variables every instance of this emulator gets. */
  readonly sharedEnv: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Thrown when a container refers to a secret that the secrets file does not have. */
export class MissingSecretError extends Error {
  constructor(variable: string, secret: string) {
    super(`env ${variable}: secret '${secret}' is not in the secrets file`);
    this.name = 'MissingSecretError';
  }
}

function valueOf(variable: EnvVar, secrets: Readonly<Record<string, string>>): string {
  const reference = variable.valueFrom?.secretKeyRef;
  if (reference === undefined) return variable.value ?? '';
  // divergence: secrets
  const value = [`${reference.name}/${reference.key}`, reference.name]
    .filter((name) => Object.hasOwn(secrets, name))
    .map((name) => secrets[name])[0];
  if (value === undefined) throw new MissingSecretError(variable.name, reference.name);
  return value;
}

function splitVariable(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** An absolute path of the image is a path below its root; there is no chroot here. */
function intoRoot(image: FolderImage, part: string): string {
  // divergence: isolation
  const inside = join(image.rootfs, part);
  return part.startsWith('/') && existsSync(inside) ? inside : part;
}

function environmentOf(image: FolderImage, container: Container, context: CommandContext) {
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: process.env['HOME'] ?? '/root',
    ...context.sharedEnv,
    ...Object.fromEntries((image.config.Env ?? []).map(splitVariable)),
    ...containerEnv(container, context),
  };
}

/**
 * The variables that do not come from the image: the container's own, and Cloud Run's.
 * @throws MissingSecretError when a variable's secret is not known.
 */
export function containerEnv(
  container: Container,
  context: CommandContext,
): Readonly<Record<string, string>> {
  return {
    ...Object.fromEntries(
      (container.env ?? []).map((variable) => [variable.name, valueOf(variable, context.secrets)]),
    ),
    K_SERVICE: context.service,
    K_REVISION: context.revision,
    K_CONFIGURATION: context.service,
  };
}

/**
 * The command of a container.
 * @throws MissingSecretError when a variable's secret is not known.
 */
export function commandOf(
  image: FolderImage,
  container: Container,
  context: CommandContext,
): Command {
  const entrypoint = container.command ?? image.config.Entrypoint ?? [];
  // As in Kubernetes: a command of one's own also replaces the image's arguments.
  const ownArgs = container.args ?? (container.command === undefined ? image.config.Cmd : []) ?? [];
  const [program = '', ...args] = [...entrypoint, ...ownArgs].map((part) => intoRoot(image, part));
  return {
    file: program === 'node' ? process.execPath : program,
    args,
    cwd: join(image.rootfs, container.workingDir ?? image.config.WorkingDir ?? '/'),
    env: environmentOf(image, container, context),
  };
}
