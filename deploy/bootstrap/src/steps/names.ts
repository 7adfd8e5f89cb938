/** DNS: the domains' A and AAAA records, made in Cloud DNS, or shown to whoever keeps the zone elsewhere. */
import { textOf, type GoogleApi } from '../google-api.js';
import { projectPath } from '../project.js';
import type { Settings } from '../settings.js';
import type { Finding, Step } from '../step.js';
import { addressUrl } from './front.js';

/** Short, so that a change of address is seen within minutes. */
const TTL_S = 300;

const recordTypes = [
  { type: 'A', version: 'IPV4' },
  { type: 'AAAA', version: 'IPV6' },
] as const;

/** One step for each record. */
export function names(api: GoogleApi, settings: Settings): readonly Step[] {
  return settings.services.flatMap(({ domain }) =>
    recordTypes.map(({ type, version }) => ({
      name: `DNS ${type} ${domain}`,
      inspect: async (): Promise<Finding> => {
        const address = textOf(await api.read(addressUrl(settings, version)), 'address');
        return await inspectRecord(api, settings, {
          type,
          domain,
          address,
        });
      },
    })),
  );
}

async function inspectRecord(
  api: GoogleApi,
  settings: Settings,
  {
    type,
    domain,
    address,
  }: { readonly type: string; readonly domain: string; readonly address: string | null },
): Promise<Finding> {
  const value = address ?? '(the address that is reserved above)';
  const byHand = `Add the record ${domain} ${TTL_S} ${type} ${value} where the zone is kept.`;
  if (settings.dnsZone === undefined) return { type: 'person', todo: byHand };
  const zone = `https://dns.googleapis.com/dns/v1/${projectPath(settings)}/managedZones/${settings.dnsZone}`;
  if ((await api.read(zone)) === null) {
    return {
      type: 'person',
      todo: `There is no managed zone ${settings.dnsZone}. Make it, or: ${byHand}`,
    };
  }
  const record = { name: `${domain}.`, type, ttl: TTL_S, rrdatas: [address] };
  const url = `${zone}/rrsets/${record.name}/${type}`;
  const found = await api.read(url);
  if (found === null) {
    return {
      type: 'change',
      detail: `create, ${value}`,
      apply: async () => {
        await api.write('POST', `${zone}/rrsets`, record);
      },
    };
  }
  const rrdatas = (found['rrdatas'] ?? []) as readonly string[];
  if (rrdatas.length === 1 && rrdatas[0] === address) return { type: 'present' };
  return {
    type: 'change',
    detail: `point at ${value} instead of ${rrdatas.join(', ')}`,
    apply: async () => {
      await api.write('PATCH', url, record);
    },
  };
}
