/**
 * IAM, enough for clients that read and write it along with a service. A policy is kept for the run and
 * decides nothing: everybody may do everything here.
 */
import { createHash } from 'node:crypto';
import type { ApiCall, ApiRoute } from './api-router.js';

interface Policy {
  readonly version?: number;
  readonly bindings?: unknown;
}

function withEtag(policy: Policy): Policy & { readonly etag: string } {
  const etag = createHash('sha256').update(JSON.stringify(policy)).digest('base64').slice(0, 12);
  return { version: 1, ...policy, etag };
}

/** The three IAM verbs on services, below `prefix` (`/v1`, `/v2`); `check` throws for a service that is not there. */
export function iamRoutes(
  prefix: string,
  check: (project: string, service: string) => void,
): readonly ApiRoute[] {
  // divergence: iam
  const policies = new Map<string, Policy>();
  const service = `${prefix}/projects/{project}/locations/{location}/services/{name}`;
  const idOf = ({ params: { project = '', name = '' } }: ApiCall): string => {
    check(project, name);
    return `${project}/${name}`;
  };
  return [
    {
      method: 'GET',
      pattern: `${service}:getIamPolicy`,
      handle: (call) => withEtag(policies.get(idOf(call)) ?? {}),
    },
    {
      method: 'POST',
      pattern: `${service}:setIamPolicy`,
      handle: (call) => {
        const { policy = {} } = (call.body ?? {}) as { policy?: Policy };
        policies.set(idOf(call), { version: policy.version ?? 1, bindings: policy.bindings });
        return withEtag(policies.get(idOf(call)) ?? {});
      },
    },
    {
      method: 'POST',
      pattern: `${service}:testIamPermissions`,
      handle: (call) => {
        idOf(call);
        const { permissions = [] } = (call.body ?? {}) as { permissions?: unknown };
        return { permissions };
      },
    },
  ];
}
