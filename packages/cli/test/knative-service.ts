/** A Knative Service over real HTTP, as small as the commands need it: read, compare-and-set, dry run. No metrics yet. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Target = {
  readonly revisionName?: string;
  readonly latestRevision?: boolean;
  readonly percent?: number;
  readonly tag?: string;
};
type ServiceObject = {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly template: { readonly metadata?: { readonly name?: string } };
    readonly traffic?: readonly Target[];
  };
};

/** The running service. */
export type KnativeService = {
  readonly url: string;
  /** A new revision, ready at once, with no traffic but what LATEST gives it. */
  readonly deploy: (revision: string) => void;
  /** Writes are refused from now on, as to an account that lacks the permission. */
  readonly denyWrites: () => void;
  readonly close: () => void;
};

/** Starts the service `name` with its first revision at LATEST. */
export async function startKnativeService(name: string): Promise<KnativeService> {
  let latest = `${name}-00001`;
  let denied = false;
  let version = 1;
  let object: ServiceObject = {
    metadata: { resourceVersion: '1' },
    spec: { template: {}, traffic: [{ latestRevision: true, percent: 100 }] },
  };
  const shown = (): object => ({
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    ...object,
    metadata: { ...object.metadata, name, namespace: 'local', generation: version },
    status: {
      observedGeneration: version,
      latestCreatedRevisionName: latest,
      latestReadyRevisionName: latest,
      url: `http://${name}.localhost`,
      conditions: [{ type: 'Ready', status: 'True' }],
      traffic: (object.spec.traffic ?? []).map((target) =>
        target.latestRevision === true ? { ...target, revisionName: latest } : target,
      ),
    },
  });
  const put = (sent: ServiceObject, dryRun: boolean, response: ServerResponse): void => {
    if (denied) {
      answer(response, 403, fault(403, 'Permission denied', 'PERMISSION_DENIED'));
      return;
    }
    if (sent.metadata.resourceVersion !== object.metadata.resourceVersion) {
      answer(response, 409, fault(409, 'Conflict', 'ABORTED'));
      return;
    }
    if (!dryRun) {
      version += 1;
      // A template with a name of its own is a revision of that name, ready at once.
      latest = sent.spec.template.metadata?.name ?? latest;
      object = {
        metadata: { ...sent.metadata, resourceVersion: String(version) },
        spec: sent.spec,
      };
    }
    answer(response, 200, shown());
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here');
    if (pathname.startsWith('/v3/')) answer(response, 200, {});
    else if (pathname.endsWith(`/revisions/${latest}`)) answer(response, 200, revision(latest));
    else if (!pathname.endsWith(`/services/${name}`))
      answer(response, 404, fault(404, 'Not found', 'NOT_FOUND'));
    else if (request.method === 'GET') answer(response, 200, shown());
    else
      void bodyOf(request).then((sent) => {
        put(sent as ServiceObject, searchParams.has('dryRun'), response);
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    deploy: (revision) => {
      latest = revision;
    },
    denyWrites: () => {
      denied = true;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function revision(name: string): object {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Revision',
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fault(code: number, message: string, status: string): object {
  return { error: { code, message, status } };
}
