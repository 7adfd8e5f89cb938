/** The four requests of a deployment: read, create and replace a Service, and read a revision (Knative Serving v1). */
import { AscentError, type PlanPlatform } from '@ascent/core';
import type { PresentService } from './deployment.js';

/** A revision's readiness, as far as it is known. */
export type RevisionState = {
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly message: string;
};

/** One service of one platform. */
export type ServiceClient = {
  /** `null` where there is no such service. */
  readonly read: () => Promise<PresentService | null>;
  readonly create: (body: unknown) => Promise<void>;
  /** `conflict`: somebody wrote in between, or created it first; nothing was changed. */
  readonly replace: (body: unknown) => Promise<'written' | 'conflict'>;
  readonly revision: (name: string) => Promise<RevisionState>;
};

type Exchange = { readonly status: number; readonly json: unknown };
type Send = (method: string, path: string, body?: unknown) => Promise<Exchange>;

const TIMEOUT_MS = 30_000;
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** A client of the plan's platform. */
export function createServiceClient(platform: PlanPlatform): ServiceClient {
  const send = sender(platform);
  const own = `/services/${platform.service}`;
  return {
    read: async () => {
      const { status, json } = await send('GET', own);
      if (status === 404) return null;
      return expectOk({ status, json }, `reading ${platform.service}`) as PresentService;
    },
    create: async (body) => {
      expectOk(await send('POST', '/services', body), `creating ${platform.service}`);
    },
    replace: async (body) => {
      const answer = await send('PUT', own, body);
      if (answer.status === 409 && errorOf(answer.json).status === 'ABORTED') return 'conflict';
      expectOk(answer, `replacing ${platform.service}`);
      return 'written';
    },
    revision: async (name) => {
      const { status, json } = await send('GET', `/revisions/${name}`);
      if (status === 404) return { ready: 'Unknown', message: 'it is not there yet' };
      return readiness(expectOk({ status, json }, `reading ${name}`));
    },
  };
}

function readiness(json: unknown): RevisionState {
  const { status } = json as {
    status?: { conditions?: { type: string; status: RevisionState['ready']; message?: string }[] };
  };
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return { ready: ready?.status ?? 'Unknown', message: ready?.message ?? 'no reason given' };
}

function sender(platform: PlanPlatform): Send {
  const { base, authorize } = addressOf(platform);
  return async (method, path, body) => {
    const headers = { 'content-type': 'application/json', ...(await authorize()) };
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'manual',
      });
      const text = await response.text();
      return { status: response.status, json: parsed(text) };
    } catch (error) {
      const { cause } = error as Error;
      const why = cause instanceof Error ? cause.message : String(error);
      const message = `${base} did not answer: ${why}. Deploying again is safe.`;
      throw new AscentError('ASC_PLATFORM_UNAVAILABLE', message);
    }
  };
}

function addressOf(platform: PlanPlatform): {
  readonly base: string;
  readonly authorize: () => Promise<Readonly<Record<string, string>>>;
} {
  if (platform.type === 'kubernetes') {
    const message =
      'ascent deploy speaks to Cloud Run and cloud-run-local. On Kubernetes apply the Service with your own tool, pinned to its present revision: kubectl apply -f service.yaml';
    throw new AscentError('ASC_USAGE', message);
  }
  const anonymous = (): Promise<Record<string, string>> => Promise.resolve({});
  const under = (root: string): string =>
    `${root.replace(/\/+$/, '')}/apis/serving.knative.dev/v1/namespaces/${platform.project}`;
  if (platform.type === 'local') return { base: under(platform.url), authorize: anonymous };
  const root = platform.endpoint ?? `https://${platform.region}-run.googleapis.com`;
  // A token must not travel in the clear, so plain http (an emulator on this machine) gets none.
  return {
    base: under(root),
    authorize: root.startsWith('http://') ? anonymous : googleAuthorization,
  };
}

/** The header of a call to Google’s APIs. @throws AscentError `ASC_PLATFORM_DENIED` where there are no credentials. */
export async function googleAuthorization(): Promise<Readonly<Record<string, string>>> {
  const { GoogleAuth } = await import('google-auth-library');
  try {
    const token = await new GoogleAuth({ scopes: [SCOPE] }).getAccessToken();
    return { authorization: `Bearer ${token ?? ''}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `No access token for Google Cloud: ${why}. Run \`gcloud auth application-default login\`, or give the job Workload Identity Federation.`;
    throw new AscentError('ASC_PLATFORM_DENIED', message);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function errorOf(json: unknown): { readonly status: string; readonly message: string } {
  const { error } = (typeof json === 'object' && json !== null ? json : {}) as {
    error?: { status?: string; message?: string };
  };
  return { status: error?.status ?? '', message: error?.message ?? JSON.stringify(json) };
}

function expectOk({ status, json }: Exchange, doing: string): unknown {
  if (status >= 200 && status < 300) return json;
  const said = `While ${doing} the platform answered HTTP ${status}: ${errorOf(json).message}`;
  if (status === 401 || status === 403) {
    const remedy =
      'The account needs roles/run.developer, and roles/iam.serviceAccountUser on the service’s account.';
    throw new AscentError('ASC_PLATFORM_DENIED', `${said} ${remedy}`);
  }
  if (status === 429 || status >= 500) {
    throw new AscentError('ASC_PLATFORM_UNAVAILABLE', `${said} Deploying again is safe.`);
  }
  throw new AscentError('ASC_PLATFORM_REFUSED', `${said} Nothing was changed.`);
}
