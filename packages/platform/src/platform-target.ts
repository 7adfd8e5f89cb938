/**
 * Where a service runs, compiled to the few things in which the three places differ.
 * All three speak Knative Serving v1 (https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services).
 */
import type { PlanPlatform } from '@ascent/core';
import { servingApiPath } from '@ascent/knative';
import type { CredentialProgram } from './credential-program.js';

/** How a Kubernetes API server is convinced of who we are. */
export type KubernetesAuth =
  /** The server asks nothing, such as `kubectl proxy` on this machine. */
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly token: string }
  /** Read anew for every request: the kubelet rotates a service account's token. */
  | { readonly type: 'bearerFile'; readonly path: string }
  /** Both in PEM. */
  | { readonly type: 'clientCertificate'; readonly certificate: string; readonly key: string }
  /** A program that prints a token, such as `gke-gcloud-auth-plugin`. */
  | { readonly type: 'exec'; readonly program: CredentialProgram };

/** A service of Knative on a Kubernetes cluster. */
export type KubernetesTarget = {
  readonly type: 'kubernetes';
  /** Address of the API server. */
  readonly server: string;
  readonly namespace: string;
  readonly service: string;
  readonly auth: KubernetesAuth;
  /** Certificate authority in PEM; `null` trusts what Node trusts. */
  readonly certificateAuthority: string | null;
};

/** The service that is rolled out, and the API that knows it. */
export type PlatformTarget = Exclude<PlanPlatform, { type: 'kubernetes' }> | KubernetesTarget;

/** What the requests of one target have in common. */
export type ApiAddress = {
  readonly service: string;
  /** The service itself. */
  readonly servicesUrl: string;
  /** Where services are created. */
  readonly collectionUrl: string;
  readonly revisionsUrl: string;
  /** The place in words, for error messages. */
  readonly place: string;
  /** What a denied account lacks, in the words of the place. */
  readonly permission: {
    readonly read: string;
    readonly write: string;
    readonly deploy: string;
  };
  /**
   * Cloud Run leaves the template's name out of a GET and mints a revision from a PUT without one, so the name must be
   * pinned (facts/cloud-run 1.4). Kubernetes gives back what it stores, and a name pinned there would stay and make the
   * next `kubectl apply` fail.
   */
  readonly omitsTemplateName: boolean;
};

/** Compiles a target to its addresses and words. */
export function apiAddress(target: PlatformTarget): ApiAddress {
  const { base, namespace } = root(target);
  const resources = `${base}${servingApiPath}/namespaces/${encodeURIComponent(namespace)}`;
  return {
    service: target.service,
    collectionUrl: `${resources}/services`,
    servicesUrl: `${resources}/services/${encodeURIComponent(target.service)}`,
    revisionsUrl: `${resources}/revisions`,
    ...words(target),
  };
}

function root(target: PlatformTarget): { readonly base: string; readonly namespace: string } {
  switch (target.type) {
    case 'cloudRun': {
      // The namespaces form of the API is served by the regional host only (facts/cloud-run, section 3).
      const base = target.endpoint ?? `https://${target.region}-run.googleapis.com`;
      return { base: trimSlash(base), namespace: target.project };
    }
    case 'local':
      return { base: trimSlash(target.url), namespace: target.project };
    case 'kubernetes':
      return { base: trimSlash(target.server), namespace: target.namespace };
  }
}

function words(
  target: PlatformTarget,
): Pick<ApiAddress, 'place' | 'permission' | 'omitsTemplateName'> {
  switch (target.type) {
    case 'cloudRun':
      return {
        place: `Cloud Run, project ${target.project}, region ${target.region}`,
        permission: {
          read: 'run.services.get and run.revisions.get (role roles/run.developer has both)',
          write: 'run.services.update (role roles/run.developer has it)',
          deploy:
            'roles/run.developer, and roles/iam.serviceAccountUser on the account that the service runs as',
        },
        omitsTemplateName: true,
      };
    case 'local':
      return {
        place: `cloud-run-local at ${target.url}, project ${target.project}`,
        permission: {
          read: 'access to the emulator',
          write: 'access to the emulator',
          deploy: 'access to the emulator',
        },
        omitsTemplateName: true,
      };
    case 'kubernetes':
      return {
        place: `Kubernetes at ${target.server}, namespace ${target.namespace}`,
        permission: {
          read: 'verb get on services.serving.knative.dev and revisions.serving.knative.dev',
          write: 'verb update on services.serving.knative.dev',
          deploy: 'verbs create and update on services.serving.knative.dev',
        },
        omitsTemplateName: false,
      };
  }
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
