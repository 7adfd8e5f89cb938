/** Knative Serving v1. https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services */
import { servingApiPath, servingApiVersion } from '@ascent/knative';
import { parseService } from '../resources/admission.js';
import type { AddressBook } from '../resources/addresses.js';
import type { ServiceKey } from '../resources/record.js';
import { viewConfiguration, viewRevision, viewRoute, viewService } from '../resources/v1-view.js';
import type { ServiceOperations } from '../service-operations.js';
import { ApiError, invalidArgument } from './api-error.js';
import type { ApiCall, ApiRoute } from './api-router.js';
import { matchesLabels } from './label-selector.js';
import { parseCount } from './pagination.js';
import { parseDryRun } from './query-flags.js';

/** What the routes work with. */
export interface V1Dependencies {
  readonly operations: ServiceOperations;
  readonly book: AddressBook;
  /** A namespace may be given as the project's name or its number. */
  readonly projectOf: (namespace: string) => string;
}

interface Item {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> | undefined };
}

function list(kind: string, items: readonly Item[], { query }: ApiCall): Record<string, unknown> {
  // divergence: watch
  if (query.get('watch') === 'true' || query.get('watch') === '1') {
    throw new ApiError('UNIMPLEMENTED', 'watch is not supported by cloud-run-local; read again.');
  }
  const selected = items.filter(({ metadata }) =>
    matchesLabels(query.get('labelSelector') ?? '', metadata?.labels ?? {}),
  );
  const from = parseCount(query, 'continue');
  const limit = parseCount(query, 'limit') || selected.length;
  const rest = selected.length - from - limit;
  return {
    apiVersion: servingApiVersion,
    kind: `${kind}List`,
    metadata: rest > 0 ? { continue: String(from + limit) } : {},
    items: selected.slice(from, from + limit),
  };
}

const deleted = {
  apiVersion: 'v1',
  kind: 'Status',
  metadata: {},
  status: 'Success',
} as const;

const dryRunOf = ({ query }: ApiCall): { dryRun: boolean } => ({ dryRun: parseDryRun(query) });

/** Kubernetes' clients send the options of a deletion in its body. */
const deletionOf = ({ query, body }: ApiCall): { dryRun: boolean } => ({
  dryRun: parseDryRun(query, body),
});

function serviceRoutes({ operations, book, projectOf }: V1Dependencies): readonly ApiRoute[] {
  const keyOf = ({ params }: ApiCall): ServiceKey => ({
    project: projectOf(params['namespace'] ?? ''),
    service: params['name'] ?? '',
  });
  const collection = `${servingApiPath}/namespaces/{namespace}/services`;
  const one = `${collection}/{name}`;
  return [
    {
      method: 'POST',
      pattern: collection,
      handle: async (call) => {
        const service = parseService(call.body);
        const name = service.metadata.name;
        if (name === undefined) throw invalidArgument('metadata.name: is required.');
        const key = { project: projectOf(call.params['namespace'] ?? ''), service: name };
        return viewService(await operations.create(key, service, dryRunOf(call)), book);
      },
    },
    {
      method: 'GET',
      pattern: collection,
      handle: (call) => {
        const records = operations.list(projectOf(call.params['namespace'] ?? ''));
        return list(
          'Service',
          records.map((record) => viewService(record, book)),
          call,
        );
      },
    },
    {
      method: 'GET',
      pattern: one,
      handle: (call) => viewService(operations.get(keyOf(call)), book),
    },
    {
      method: 'PUT',
      pattern: one,
      handle: async (call) => {
        const service = parseService(call.body);
        return viewService(await operations.replace(keyOf(call), service, dryRunOf(call)), book);
      },
    },
    {
      method: 'DELETE',
      pattern: one,
      handle: async (call) => {
        await operations.delete(keyOf(call), deletionOf(call));
        return deleted;
      },
    },
  ];
}

function revisionRoutes({ operations, projectOf }: V1Dependencies): readonly ApiRoute[] {
  const collection = `${servingApiPath}/namespaces/{namespace}/revisions`;
  const find = ({ params }: ApiCall) =>
    operations.getRevision(projectOf(params['namespace'] ?? ''), params['name'] ?? '');
  return [
    {
      method: 'GET',
      pattern: collection,
      handle: (call) => {
        const owned = operations.listRevisions(projectOf(call.params['namespace'] ?? ''));
        const items = owned.map(({ owner, revision }) => viewRevision(revision, owner));
        return list('Revision', items, call);
      },
    },
    {
      method: 'GET',
      pattern: `${collection}/{name}`,
      handle: (call) => {
        const { owner, revision } = find(call);
        return viewRevision(revision, owner);
      },
    },
    {
      method: 'DELETE',
      pattern: `${collection}/{name}`,
      handle: async (call) => {
        const { owner, revision } = find(call);
        await operations.deleteRevision(owner.key.project, revision.name, deletionOf(call));
        return deleted;
      },
    },
  ];
}

function halfRoutes({ operations, book, projectOf }: V1Dependencies): readonly ApiRoute[] {
  const halves = [
    ['configurations', 'Configuration', viewConfiguration] as const,
    ['routes', 'Route', viewRoute] as const,
  ];
  return halves.flatMap(([plural, kind, view]): readonly ApiRoute[] => {
    const collection = `${servingApiPath}/namespaces/{namespace}/${plural}`;
    return [
      {
        method: 'GET',
        pattern: collection,
        handle: (call) => {
          const records = operations.list(projectOf(call.params['namespace'] ?? ''));
          return list(
            kind,
            records.map((record) => view(record, book)),
            call,
          );
        },
      },
      {
        method: 'GET',
        pattern: `${collection}/{name}`,
        handle: ({ params }) => {
          const project = projectOf(params['namespace'] ?? '');
          return view(operations.get({ project, service: params['name'] ?? '' }), book);
        },
      },
    ];
  });
}

/** The same calls by another path: `/v1/projects/P/locations/L/services`. */
function underLocation(route: ApiRoute): ApiRoute {
  const pattern = route.pattern.replace(
    `${servingApiPath}/namespaces/{namespace}`,
    '/v1/projects/{namespace}/locations/{location}',
  );
  return { ...route, pattern };
}

/** Every route of the v1 API. */
export function v1Routes(dependencies: V1Dependencies): readonly ApiRoute[] {
  const routes = [
    ...serviceRoutes(dependencies),
    ...revisionRoutes(dependencies),
    ...halfRoutes(dependencies),
  ];
  return [...routes, ...routes.map(underLocation)];
}
