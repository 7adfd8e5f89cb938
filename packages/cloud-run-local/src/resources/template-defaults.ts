/**
 * What the platform fills in where a template says nothing, as recorded from Cloud Run
 * (a v1 revision of 2026-09 and a v2 service of 2024-08).
 */
import {
  annotationNames,
  type Container,
  type Probe,
  type RevisionSpec,
  type RevisionTemplate,
} from '@ascent/knative';
import { parseQuantity } from './quantity.js';

/** Container port where none is named. https://cloud.google.com/run/docs/container-contract#port */
const defaultContainerPort = 8080;
/** Seconds a request may take. https://cloud.google.com/run/docs/configuring/request-timeout */
const defaultTimeoutSeconds = 300;
/** Requests an instance takes at once. https://cloud.google.com/run/docs/about-concurrency */
const defaultConcurrency = 80;
/** Instances a revision may have. https://cloud.google.com/run/docs/configuring/max-instances */
const defaultMaxScale = '100';
/** … where the instance has less than one CPU. */
const defaultConcurrencyBelowOneCpu = 1;
const defaultLimits = { cpu: '1000m', memory: '512Mi' } as const;

/** The port of a container's `ports`, or the default. */
export function containerPortOf(container: Container): number {
  return container.ports?.[0]?.containerPort ?? defaultContainerPort;
}

function fillProbe(probe: Probe, port: number): Probe {
  const filled = { timeoutSeconds: 1, periodSeconds: 10, failureThreshold: 3, ...probe };
  if (probe.httpGet !== undefined)
    return { ...filled, httpGet: { path: '/', port, ...probe.httpGet } };
  if (probe.tcpSocket !== undefined) return { ...filled, tcpSocket: { port, ...probe.tcpSocket } };
  if (probe.grpc !== undefined) return { ...filled, grpc: { port, ...probe.grpc } };
  return { ...filled, tcpSocket: { port } };
}

function fillContainer(container: Container, name: string): Container {
  const port = containerPortOf(container);
  return {
    name,
    ...container,
    ports: [{ name: 'http1', ...container.ports?.[0], containerPort: port }],
    resources: {
      ...container.resources,
      limits: { ...defaultLimits, ...container.resources?.limits },
    },
    startupProbe:
      container.startupProbe === undefined
        ? { timeoutSeconds: 240, periodSeconds: 240, failureThreshold: 1, tcpSocket: { port } }
        : fillProbe(container.startupProbe, port),
    ...(container.livenessProbe && { livenessProbe: fillProbe(container.livenessProbe, port) }),
    ...(container.readinessProbe && { readinessProbe: fillProbe(container.readinessProbe, port) }),
  };
}

function fillContainers(spec: RevisionSpec, service: string): readonly Container[] {
  return spec.containers.map((container, index) =>
    fillContainer(container, `${service}-${index + 1}`),
  );
}

function concurrencyFor({ containers }: RevisionSpec): number {
  const cpus = parseQuantity(containers[0]?.resources?.limits?.['cpu'] ?? defaultLimits.cpu) ?? 1;
  return cpus < 1 ? defaultConcurrencyBelowOneCpu : defaultConcurrency;
}

/** The template with every default in it and without a name: what is stored and compared. */
export function fillTemplate(
  template: RevisionTemplate,
  { service, projectNumber }: { service: string; projectNumber: string },
): RevisionTemplate {
  const metadata = Object.fromEntries(
    Object.entries(template.metadata ?? {}).filter(([field]) => field !== 'name'),
  );
  return {
    ...template,
    metadata: {
      ...metadata,
      annotations: {
        [annotationNames.maxScale]: defaultMaxScale,
        ...template.metadata?.annotations,
      },
    },
    spec: {
      timeoutSeconds: defaultTimeoutSeconds,
      serviceAccountName: `${projectNumber}-compute@developer.gserviceaccount.com`,
      ...template.spec,
      containerConcurrency: template.spec.containerConcurrency || concurrencyFor(template.spec),
      containers: fillContainers(template.spec, service),
    },
  };
}
