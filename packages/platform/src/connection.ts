/** How a target is connected to: which credentials, and which certificates. */
import { readFile } from 'node:fs/promises';
import { AscentError } from '@ascent/core';
import { googleTokenSource, type TokenSource } from './access-token.js';
import type { ApiClientOptions, Fetch } from './api-client.js';
import { createTokenProgram } from './credential-program.js';
import type { KubernetesTarget, PlatformTarget } from './platform-target.js';

/** The headers that prove who we are, made anew for every request. */
export function authorizer(
  target: PlatformTarget,
  token: TokenSource | undefined,
): ApiClientOptions['authorize'] {
  switch (target.type) {
    case 'local':
      return () => Promise.resolve({});
    case 'cloudRun': {
      // A token must not travel in the clear, so plain http (an emulator on this machine) gets none.
      const isPlain = target.endpoint?.startsWith('http://') ?? false;
      if (isPlain) return () => Promise.resolve({});
      return bearer(token ?? googleTokenSource());
    }
    case 'kubernetes':
      return kubernetesAuthorizer(target);
  }
}

function kubernetesAuthorizer({ auth }: KubernetesTarget): ApiClientOptions['authorize'] {
  switch (auth.type) {
    case 'none':
    case 'clientCertificate':
      return () => Promise.resolve({});
    case 'bearer':
      return bearer(() => Promise.resolve(auth.token));
    case 'bearerFile':
      return bearer(() => tokenFromFile(auth.path));
    case 'exec':
      return bearer(createTokenProgram(auth.program));
  }
}

function bearer(token: TokenSource): ApiClientOptions['authorize'] {
  return async () => ({ authorization: `Bearer ${await token()}` });
}

async function tokenFromFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new AscentError(
      'ASC_PLATFORM_DENIED',
      `Cannot read the Kubernetes token ${path}: ${error instanceof Error ? error.message : String(error)}. ` +
        'Mount a service account token there, or name another file.',
    );
  }
}

/** Node's `fetch`, or one that knows a cluster's certificates. */
export function fetchFor(target: PlatformTarget): Fetch {
  if (target.type !== 'kubernetes') return (url, init) => fetch(url, init);
  const { auth, certificateAuthority } = target;
  const connect = {
    ...(certificateAuthority === null ? {} : { ca: certificateAuthority }),
    ...(auth.type === 'clientCertificate' ? { cert: auth.certificate, key: auth.key } : {}),
  };
  if (Object.keys(connect).length === 0) return (url, init) => fetch(url, init);
  return certifiedFetch(connect);
}

type Certificates = { readonly ca?: string; readonly cert?: string; readonly key?: string };

/** Node's own `fetch` takes no agent of another undici, so agent and `fetch` come from the same package. */
function certifiedFetch(connect: Certificates): Fetch {
  let connection: Promise<Fetch> | null = null;
  return async (url, init) => {
    connection ??= import('undici').then(({ Agent, fetch: undiciFetch }): Fetch => {
      const dispatcher = new Agent({ connect });
      return (address, options) => undiciFetch(address, { ...options, dispatcher });
    });
    return (await connection)(url, init);
  };
}
