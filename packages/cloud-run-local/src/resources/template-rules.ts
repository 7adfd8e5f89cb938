/**
 * The bounds Cloud Run sets to a template, checked for both APIs before anything is stored. What no process could be
 * started with at all is in `container-rules.ts`.
 */
import {
  annotationNames,
  type Container,
  type EnvVar,
  type Probe,
  type RevisionSpec,
  type RevisionTemplate,
} from '@ascent/knative';
import { invalidArgument } from '../api/api-error.js';
import { parseImageReference } from '../images/image-reference.js';
import { parseQuantity } from './quantity.js';

const spec = 'spec.template.spec';

/** https://cloud.google.com/run/docs/configuring/request-timeout */
const requestSecondsMax = 3600;
/** https://cloud.google.com/run/docs/about-concurrency */
const concurrencyMax = 1000;
/** https://cloud.google.com/run/quotas */
const variablesMax = 1000;
/** https://cloud.google.com/run/docs/configuring/services/environment-variables */
const variableBytesMax = 32_768;
const reservedVariables: ReadonlySet<string> = new Set([
  'PORT',
  'K_SERVICE',
  'K_REVISION',
  'K_CONFIGURATION',
]);
/** https://cloud.google.com/run/docs/configuring/services/cpu and …/memory-limits */
const limitRanges = {
  cpu: { least: '0.08', most: '8' },
  memory: { least: '128Mi', most: '32Gi' },
} as const;
/** Seconds. https://cloud.google.com/run/docs/configuring/healthchecks */
const probeSecondsMax = { startupProbe: 240, livenessProbe: 3600, readinessProbe: 300 } as const;

function checkWhole(value: number, [least, most]: readonly [number, number], path: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidArgument(`${path}: ${value} is no whole number from ${least} to ${most}.`);
}

/** Instance counts are text in annotations; returns undefined where nothing is said. */
function readCount(
  annotations: Readonly<Record<string, string>>,
  name: string,
  { least, path }: { least: number; path: string },
): number | undefined {
  const text = annotations[name];
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text) && Number(text) >= least) return Number(text);
  throw invalidArgument(`${path}['${name}']: '${text}' is no whole number from ${least}.`);
}

/**
 * Checks the instance counts of a service.
 * @throws ApiError INVALID_ARGUMENT naming the annotation at fault.
 */
export function checkServiceScaling(annotations: Readonly<Record<string, string>>): void {
  const path = 'metadata.annotations';
  const least = readCount(annotations, annotationNames.serviceMinScale, { least: 0, path });
  const most = readCount(annotations, annotationNames.serviceMaxScale, { least: 1, path });
  readCount(annotations, annotationNames.manualInstanceCount, { least: 0, path });
  checkOrder(least, most, `${path}['${annotationNames.serviceMinScale}']`);
}

function checkOrder(least: number | undefined, most: number | undefined, path: string): void {
  if (least === undefined || most === undefined || least <= most) return;
  throw invalidArgument(`${path}: ${least} is more than the most instances there may be, ${most}.`);
}

function checkRevisionScaling({ metadata }: RevisionTemplate): void {
  const path = 'spec.template.metadata.annotations';
  const annotations = metadata?.annotations ?? {};
  const least = readCount(annotations, annotationNames.minScale, { least: 0, path });
  const most = readCount(annotations, annotationNames.maxScale, { least: 1, path });
  checkOrder(least, most, `${path}['${annotationNames.minScale}']`);
}

/** Above one, CPUs come whole and in these numbers. */
const wholeCpus: ReadonlySet<number> = new Set([1, 2, 4, 6, 8]);

function checkCpus({ resources }: Container, path: string): void {
  const text = resources?.limits?.['cpu'] ?? '1';
  const cpus = parseQuantity(text) ?? 1;
  if (cpus < 1 || wholeCpus.has(cpus)) return;
  throw invalidArgument(
    `${path}.resources.limits.cpu: '${text}' is neither below 1 nor one of ${[...wholeCpus].join(', ')}.`,
  );
}

function checkLimits({ resources }: Container, path: string): void {
  for (const [name, { least, most }] of Object.entries(limitRanges)) {
    const text = resources?.limits?.[name];
    if (text === undefined) continue;
    const value = parseQuantity(text) ?? Number.NaN;
    // Written so that what is no number fails, too.
    if (value >= (parseQuantity(least) ?? 0) && value <= (parseQuantity(most) ?? 0)) continue;
    throw invalidArgument(
      `${path}.resources.limits.${name}: '${text}' is not from ${least} to ${most}.`,
    );
  }
}

function checkVariable({ name, value = '' }: EnvVar, path: string): void {
  if (name === '' || name.includes('=')) {
    throw invalidArgument(`${path}.name: '${name}' must not be empty and not hold '='.`);
  }
  if (reservedVariables.has(name)) {
    throw invalidArgument(`${path}.name: '${name}' is reserved; the platform sets it.`);
  }
  const bytes = Buffer.byteLength(value);
  if (bytes > variableBytesMax) {
    throw invalidArgument(`${path}.value: ${bytes} bytes are more than ${variableBytesMax}.`);
  }
}

function checkEnv({ env = [] }: Container, path: string): void {
  if (env.length > variablesMax) {
    throw invalidArgument(`${path}.env: ${env.length} variables are more than ${variablesMax}.`);
  }
  const names = new Set<string>();
  for (const [index, variable] of env.entries()) {
    checkVariable(variable, `${path}.env[${index}]`);
    if (names.has(variable.name)) {
      throw invalidArgument(`${path}.env[${index}].name: '${variable.name}' is there twice.`);
    }
    names.add(variable.name);
  }
}

function checkProbeTimes(probe: Probe, kind: keyof typeof probeSecondsMax, path: string): void {
  const most = probeSecondsMax[kind];
  const { timeoutSeconds = 1, periodSeconds = 10, failureThreshold = 3 } = probe;
  checkWhole(probe.initialDelaySeconds ?? 0, [0, most], `${path}.initialDelaySeconds`);
  checkWhole(periodSeconds, [1, most], `${path}.periodSeconds`);
  checkWhole(timeoutSeconds, [1, periodSeconds], `${path}.timeoutSeconds`);
  checkWhole(failureThreshold, [1, Number.MAX_SAFE_INTEGER], `${path}.failureThreshold`);
  if (kind === 'startupProbe' && failureThreshold * periodSeconds > most) {
    throw invalidArgument(
      `${path}: failureThreshold ${failureThreshold} times periodSeconds ${periodSeconds} is more than ${most} seconds.`,
    );
  }
}

function checkPorts({ ports = [] }: Container, path: string): void {
  if (ports.length > 1) throw invalidArgument(`${path}.ports: a container has one port at most.`);
  const port = ports[0]?.containerPort;
  if (port !== undefined) checkWhole(port, [1, 65_535], `${path}.ports[0].containerPort`);
}

function checkContainerBounds(container: Container, path: string): void {
  if (parseImageReference(container.image) === undefined) {
    throw invalidArgument(
      `${path}.image: '${container.image}' is no image; write it as HOST/PATH:TAG.`,
    );
  }
  checkPorts(container, path);
  checkLimits(container, path);
  checkCpus(container, path);
  checkEnv(container, path);
  for (const kind of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
    const probe = container[kind];
    if (probe !== undefined) checkProbeTimes(probe, kind, `${path}.${kind}`);
  }
}

/** Less than one CPU takes one request at a time. https://cloud.google.com/run/docs/configuring/services/cpu */
function checkConcurrencyForCpu({ containers, containerConcurrency = 0 }: RevisionSpec): void {
  const cpu = containers[0]?.resources?.limits?.['cpu'];
  if (cpu === undefined || containerConcurrency <= 1 || (parseQuantity(cpu) ?? 1) >= 1) return;
  throw invalidArgument(
    `${spec}.containerConcurrency: ${containerConcurrency} needs a cpu limit of at least 1; it is '${cpu}'.`,
  );
}

/**
 * Checks a template as it was written, before defaults are filled.
 * @throws ApiError INVALID_ARGUMENT naming the field at fault.
 */
export function checkTemplate(template: RevisionTemplate): void {
  const { timeoutSeconds, containerConcurrency, containers } = template.spec;
  if (timeoutSeconds !== undefined) {
    checkWhole(timeoutSeconds, [1, requestSecondsMax], `${spec}.timeoutSeconds`);
  }
  checkWhole(containerConcurrency ?? 0, [0, concurrencyMax], `${spec}.containerConcurrency`);
  checkConcurrencyForCpu(template.spec);
  checkRevisionScaling(template);
  containers.forEach((container, index) => {
    checkContainerBounds(container, `${spec}.containers[${index}]`);
  });
}
