/**
 * How users get in: a global load balancer with Google's certificates before Cloud Run (a domain mapping is a preview
 * feature, in few regions), and public access to the services behind it.
 * https://cloud.google.com/load-balancing/docs/https/setup-global-ext-https-serverless
 */
import { createHash } from 'node:crypto';
import { access } from '../access.js';
import { textOf, type GoogleApi, type Json } from '../google-api.js';
import { projectPath } from '../project.js';
import type { Settings } from '../settings.js';
import { resource, type Step } from '../step.js';

const PREFIX = 'dovvybuddy';
const SCHEME = 'EXTERNAL_MANAGED';

type IpVersion = 'IPV4' | 'IPV6';
const versions = ['IPV4', 'IPV6'] as const satisfies readonly IpVersion[];
const ports = [
  { port: '443', proxies: 'targetHttpsProxies', proxy: `${PREFIX}-https` },
  { port: '80', proxies: 'targetHttpProxies', proxy: `${PREFIX}-http` },
] as const;

function addressName(version: IpVersion): string {
  return `${PREFIX}-${version.toLowerCase()}`;
}

/** Where the reserved address of `version` is. */
export function addressUrl(settings: Settings, version: IpVersion): string {
  return `${globalOf(settings)}/addresses/${addressName(version)}`;
}

function globalOf(settings: Settings): string {
  return `https://compute.googleapis.com/compute/v1/${projectPath(settings)}/global`;
}

/** The load balancer from its addresses down to the services. */
export function front(api: GoogleApi, settings: Settings): readonly Step[] {
  const made = (kind: string, body: Json): Step => globalResource(api, settings, { kind, body });
  return [
    ...versions.map((ipVersion) =>
      made('addresses', { name: addressName(ipVersion), ipVersion, addressType: 'EXTERNAL' }),
    ),
    ...settings.services.flatMap(({ name }) => [
      endpointGroup(api, settings, name),
      made('backendServices', backend(settings, name)),
    ]),
    made('urlMaps', routes(settings)),
    made('urlMaps', {
      name: `${PREFIX}-to-https`,
      defaultUrlRedirect: {
        httpsRedirect: true,
        redirectResponseCode: 'MOVED_PERMANENTLY_DEFAULT',
      },
    }),
    ...proxies(settings).map(({ kind, body }) => made(kind, body)),
    ...versions.flatMap((version) =>
      ports.map((port) => made('forwardingRules', forwarding(settings, version, port))),
    ),
    ...settings.services.map(({ name }) => publicAccess(api, settings, name)),
  ];
}

type GlobalResource = { readonly kind: string; readonly body: Json };

function globalResource(api: GoogleApi, settings: Settings, { kind, body }: GlobalResource): Step {
  const name = textOf(body, 'name') ?? '';
  const url = `${globalOf(settings)}/${kind}`;
  return resource(api, { name: `${kind} ${name}`, url: `${url}/${name}`, create: { url, body } });
}

function proxies(settings: Settings): readonly GlobalResource[] {
  const global = globalOf(settings);
  const certificate = certificateName(settings);
  return [
    {
      kind: 'sslCertificates',
      body: {
        name: certificate,
        type: 'MANAGED',
        managed: { domains: settings.services.map(({ domain }) => domain) },
      },
    },
    {
      kind: 'targetHttpsProxies',
      body: {
        name: `${PREFIX}-https`,
        urlMap: `${global}/urlMaps/${PREFIX}`,
        sslCertificates: [`${global}/sslCertificates/${certificate}`],
      },
    },
    {
      kind: 'targetHttpProxies',
      body: { name: `${PREFIX}-http`, urlMap: `${global}/urlMaps/${PREFIX}-to-https` },
    },
  ];
}

/** A managed certificate's domains cannot be changed, so other domains are another certificate. */
function certificateName({ services }: Settings): string {
  const domains = services.map(({ domain }) => domain).join(',');
  return `${PREFIX}-${createHash('sha256').update(domains).digest('hex').slice(0, 8)}`;
}

function endpointGroup(api: GoogleApi, settings: Settings, service: string): Step {
  const parent = `https://compute.googleapis.com/compute/v1/${projectPath(settings)}/regions/${settings.region}/networkEndpointGroups`;
  return resource(api, {
    name: `networkEndpointGroups ${service}`,
    url: `${parent}/${service}`,
    create: {
      url: parent,
      body: { name: service, networkEndpointType: 'SERVERLESS', cloudRun: { service } },
    },
  });
}

function backend(settings: Settings, service: string): Json {
  const group = `https://compute.googleapis.com/compute/v1/${projectPath(settings)}/regions/${settings.region}/networkEndpointGroups/${service}`;
  return { name: service, loadBalancingScheme: SCHEME, protocol: 'HTTPS', backends: [{ group }] };
}

function routes(settings: Settings): Json {
  const backendUrl = (service: string): string =>
    `${globalOf(settings)}/backendServices/${service}`;
  return {
    name: PREFIX,
    defaultService: backendUrl(settings.services[0]?.name ?? ''),
    hostRules: settings.services.map(({ name, domain }) => ({
      hosts: [domain],
      pathMatcher: name,
    })),
    pathMatchers: settings.services.map(({ name }) => ({ name, defaultService: backendUrl(name) })),
  };
}

function forwarding(
  settings: Settings,
  version: IpVersion,
  { port, proxies: kind, proxy }: (typeof ports)[number],
): Json {
  return {
    name: `${addressName(version)}-${port}`,
    IPProtocol: 'TCP',
    IPAddress: addressUrl(settings, version),
    portRange: port,
    loadBalancingScheme: SCHEME,
    target: `${globalOf(settings)}/${kind}/${proxy}`,
  };
}

/** Users have no Google account. The service must be there before it can be opened. */
function publicAccess(api: GoogleApi, settings: Settings, service: string): Step {
  const url = `https://run.googleapis.com/v2/${projectPath(settings)}/locations/${settings.region}/services/${service}`;
  const grants = [{ role: 'roles/run.invoker', member: 'allUsers' }];
  const open = access(api, { name: `service ${service}`, url, readBy: 'GET', grants });
  return {
    name: `users may call ${service}`,
    inspect: async () => {
      if ((await api.read(url)) !== null) return await open.inspect();
      return {
        type: 'person',
        todo: `Deploy ${service} for the first time, then run this again to open it to users.`,
      };
    },
  };
}
