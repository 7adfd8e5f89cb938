/**
 * IAM bindings, added one by one: read the policy, add what is missing, write it with the etag that was read, and again
 * from the top where somebody was faster. Nobody's access is taken away, and conditions of others are kept.
 */
import { GoogleApiError, type GoogleApi, type Json } from './google-api.js';
import type { Step } from './step.js';

type Binding = {
  readonly role: string;
  readonly members?: readonly string[];
  readonly condition?: Json;
};
type Policy = {
  readonly etag?: string;
  readonly version?: number;
  readonly bindings?: readonly Binding[];
};

/** Who may do what, where. */
export type Grant = { readonly role: string; readonly member: string };

/** A resource with a policy. */
export type PolicyPlace = {
  readonly name: string;
  /** The resource's address; `:getIamPolicy` and `:setIamPolicy` are added. */
  readonly url: string;
  /**
   * Secret Manager, Cloud Run and Artifact Registry read a policy by GET; Resource Manager by POST with a body; IAM by POST
   * without one. Cloud Storage has a policy at `/iam`, written by PUT.
   */
  readonly readBy: 'GET' | 'POST' | 'emptyPOST' | 'storage';
  readonly grants: readonly Grant[];
};

const CONFLICTS_MAX = 5;
/** Somebody wrote the policy since it was read: 409, and of Cloud Storage 412. */
const CONFLICTS: readonly number[] = [409, 412];
/** The version that carries conditions; reading another would drop them on writing. */
const POLICY_VERSION = 3;

/** A step that adds the grants that are missing. */
export function access(api: GoogleApi, place: PolicyPlace): Step {
  return {
    name: `access to ${place.name}`,
    inspect: async () => {
      const missing = missingGrants(await readPolicy(api, place), place.grants);
      if (missing.length === 0) return { type: 'present' };
      const detail = missing.map(({ role, member }) => `${role} to ${member}`).join(', ');
      return { type: 'change', detail: `grant ${detail}`, apply: () => grantAll(api, place) };
    },
  };
}

async function grantAll(api: GoogleApi, place: PolicyPlace): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const policy = await readPolicy(api, place);
    const missing = missingGrants(policy, place.grants);
    if (missing.length === 0) return;
    try {
      const policyNow = withGrants(policy, missing);
      if (place.readBy === 'storage') await api.write('PUT', `${place.url}/iam`, policyNow);
      else await api.write('POST', `${place.url}:setIamPolicy`, { policy: policyNow });
      return;
    } catch (error) {
      const isConflict = error instanceof GoogleApiError && CONFLICTS.includes(error.status);
      if (!isConflict || attempt === CONFLICTS_MAX) throw error;
    }
  }
}

async function readPolicy(api: GoogleApi, { url, readBy }: PolicyPlace): Promise<Policy> {
  const inQuery = `${url}:getIamPolicy?options.requestedPolicyVersion=${POLICY_VERSION}`;
  const options = { requestedPolicyVersion: POLICY_VERSION };
  const readers = {
    GET: () => api.read(inQuery),
    POST: () => api.ask(`${url}:getIamPolicy`, { options }),
    emptyPOST: () => api.ask(inQuery, {}),
    storage: () => api.read(`${url}/iam?optionsRequestedPolicyVersion=${POLICY_VERSION}`),
  };
  return (await readers[readBy]()) ?? {};
}

/** The grants that `policy` does not hold without a condition. */
export function missingGrants(
  { bindings = [] }: Policy,
  grants: readonly Grant[],
): readonly Grant[] {
  return grants.filter(
    ({ role, member }) =>
      !bindings.some(
        (binding) =>
          binding.role === role &&
          binding.condition === undefined &&
          binding.members?.includes(member),
      ),
  );
}

/** `policy` with the grants added, everything else as it was. */
export function withGrants(policy: Policy, grants: readonly Grant[]): Json {
  const bindings = grants.reduce<readonly Binding[]>((all, { role, member }) => {
    const at = all.findIndex((binding) => binding.role === role && binding.condition === undefined);
    if (at < 0) return [...all, { role, members: [member] }];
    return all.map((binding, index) =>
      index === at ? { ...binding, members: [...(binding.members ?? []), member] } : binding,
    );
  }, policy.bindings ?? []);
  return { ...policy, version: POLICY_VERSION, bindings };
}
