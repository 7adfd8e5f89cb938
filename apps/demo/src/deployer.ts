/**
 * The part of a deploy pipeline: puts a new template on the service through the Admin API (Knative Serving v1), and
 * leaves traffic alone. What `gcloud run services replace` does.
 */

/** What differs between two revisions of the backend. */
export type Template = {
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
};

/** Where the service lives. */
export type DeployTarget = {
  readonly apiUrl: string;
  readonly project: string;
  readonly service: string;
};

type ServiceObject = {
  metadata: { annotations?: Record<string, string>; resourceVersion?: string };
  spec: { template: unknown; traffic?: unknown };
  status?: { latestReadyRevisionName?: string; latestCreatedRevisionName?: string; url?: string };
};

const READY_POLL_MS = 100;

/** Times a write is tried again when somebody wrote in between: a controller writes its record every few seconds. */
const WRITES_MAX = 20;

/** Creates the service, or gives it a new template. Resolves with the new revision's name (perhaps not ready yet). */
export async function deploy(target: DeployTarget, template: Template): Promise<string> {
  for (let write = 1; ; write += 1) {
    const present = await readService(target);
    const answer = await put(target, present, template);
    if (answer.type === 'conflict' && write < WRITES_MAX) continue;
    if (answer.type === 'conflict') {
      throw new Error(`somebody else wrote ${target.service} ${WRITES_MAX} times in between`);
    }
    const before = present?.status?.latestCreatedRevisionName;
    return await pollFor(
      target,
      ({ status }) => {
        const created = status?.latestCreatedRevisionName;
        return created !== undefined && created !== before ? created : null;
      },
      answer.service,
    );
  }
}

type Written =
  { readonly type: 'written'; readonly service: ServiceObject } | { readonly type: 'conflict' };

async function put(
  target: DeployTarget,
  present: ServiceObject | null,
  template: Template,
): Promise<Written> {
  const collection = `${target.apiUrl}/apis/serving.knative.dev/v1/namespaces/${target.project}/services`;
  return present === null
    ? await send('POST', collection, newService(target, template))
    : await send('PUT', `${collection}/${target.service}`, {
        ...present,
        spec: { ...present.spec, template: templateOf(template) },
      });
}

/** Waits until `revision` is the newest ready one. @throws after a minute. */
export async function waitUntilReady(target: DeployTarget, revision: string): Promise<string> {
  return await pollFor(target, ({ status }) =>
    status?.latestReadyRevisionName === revision ? (status.url ?? null) : null,
  );
}

async function pollFor(
  target: DeployTarget,
  find: (service: ServiceObject) => string | null,
  first: ServiceObject | null = null,
): Promise<string> {
  const deadlineMs = Date.now() + 60_000;
  let service = first;
  while (Date.now() < deadlineMs) {
    const found = service === null ? null : find(service);
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
    service = await readService(target);
  }
  throw new Error(
    `${target.service} did not become what it should within a minute: ${JSON.stringify(service?.status)}`,
  );
}

/** The service as it is, or `null`. */
async function readService({
  apiUrl,
  project,
  service,
}: DeployTarget): Promise<ServiceObject | null> {
  const url = `${apiUrl}/apis/serving.knative.dev/v1/namespaces/${project}/services/${service}`;
  const response = await fetch(url);
  if (response.status === 404) return null;
  return await answerOf(response, `GET ${url}`);
}

async function send(method: string, url: string, body: unknown): Promise<Written> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (response.status === 409) {
    await response.body?.cancel();
    return { type: 'conflict' };
  }
  return { type: 'written', service: await answerOf(response, `${method} ${url}`) };
}

async function answerOf(response: Response, what: string): Promise<ServiceObject> {
  if (!response.ok)
    throw new Error(`${what} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as ServiceObject;
}

function newService({ service, project }: DeployTarget, template: Template): unknown {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: service, namespace: project },
    spec: { template: templateOf(template), traffic: [{ latestRevision: true, percent: 100 }] },
  };
}

function templateOf({ image, env }: Template): unknown {
  return {
    metadata: {
      annotations: {
        'autoscaling.knative.dev/minScale': '1',
        'autoscaling.knative.dev/maxScale': '4',
      },
    },
    spec: {
      containerConcurrency: 80,
      timeoutSeconds: 300,
      containers: [
        {
          image,
          env: Object.entries(env).map(([name, value]) => ({ name, value })),
          startupProbe: { httpGet: { path: '/health' }, periodSeconds: 1, failureThreshold: 30 },
        },
      ],
    },
  };
}
