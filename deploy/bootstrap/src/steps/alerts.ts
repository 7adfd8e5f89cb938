/**
 * For the time when no controller looks: the plan's alert rules as policies of Cloud Monitoring, and a dashboard. Both are
 * what `ascent export` writes; here they are kept as the plan says.
 */
import type { AlertRule } from '@ascent/core';
import { alertPolicies, monitoringDashboard } from '@ascent/metrics';
import { textOf, type GoogleApi, type Json } from '../google-api.js';
import { projectPath } from '../project.js';
import type { Settings } from '../settings.js';
import { covers, type Finding, type Step } from '../step.js';
import { channels } from './watch.js';

/** A service and the rules of its plan. */
export type WatchedService = { readonly service: string; readonly rules: readonly AlertRule[] };

const MONITORING = 'https://monitoring.googleapis.com';

/** The policies and the dashboard of each service, and a look at policies whose rule is gone. */
export function alerts(
  api: GoogleApi,
  settings: Settings,
  watched: readonly WatchedService[],
): readonly Step[] {
  return watched.flatMap(({ service, rules }) => [
    ...rules.map((rule) => ({
      name: `alert ${rule.name} of ${service}`,
      inspect: () => inspectPolicy(api, settings, { service, rule }),
    })),
    {
      name: `no other alert of ${service}`,
      inspect: () => inspectLeftOver(api, settings, { service, rules }),
    },
    {
      name: `dashboard of ${service}`,
      inspect: () => inspectDashboard(api, settings, service),
    },
  ]);
}

async function listed(api: GoogleApi, url: string, field: string): Promise<readonly Json[]> {
  const answer = await api.read(`${url}?pageSize=1000`);
  return (answer?.[field] ?? []) as readonly Json[];
}

function policiesUrl(settings: Settings): string {
  return `${MONITORING}/v3/${projectPath(settings)}/alertPolicies`;
}

/** The policies that were made here for `service`; a person's own are nobody's business. */
async function ownPolicies(
  api: GoogleApi,
  settings: Settings,
  service: string,
): Promise<readonly Json[]> {
  const all = await listed(api, policiesUrl(settings), 'alertPolicies');
  return all.filter(({ userLabels }) => covers(userLabels, { managed_by: 'ascent', service }));
}

async function inspectPolicy(
  api: GoogleApi,
  settings: Settings,
  { service, rule }: { readonly service: string; readonly rule: AlertRule },
): Promise<Finding> {
  const told = (await channels(api, settings)).flatMap(({ type, name }) =>
    name !== undefined && rule.channels.some((channel) => channel === type) ? [name] : [],
  );
  const policies = alertPolicies([rule], { service, channels: told }) as readonly Json[];
  const { notificationChannels, ...wanted } = policies[0] ?? {};
  const found = (await ownPolicies(api, settings, service)).find(
    ({ displayName }) => displayName === wanted['displayName'],
  );
  if (found === undefined) {
    return {
      type: 'change',
      detail: `create, telling ${rule.channels.join(' and ')}`,
      apply: async () => {
        await api.write('POST', policiesUrl(settings), { ...wanted, notificationChannels });
      },
    };
  }
  // Channels that somebody added stay.
  const before = (found['notificationChannels'] ?? []) as readonly string[];
  const missing = told.filter((name) => !before.includes(name));
  const changes = Object.entries(wanted).filter(([field, value]) => !covers(found[field], value));
  if (missing.length > 0) changes.push(['notificationChannels', [...before, ...missing]]);
  if (changes.length === 0) return { type: 'present' };
  const fields = changes.map(([field]) => field).join(',');
  return {
    type: 'change',
    detail: `update ${fields}`,
    apply: async () => {
      const url = `${MONITORING}/v3/${textOf(found, 'name') ?? ''}?updateMask=${fields}`;
      await api.write('PATCH', url, Object.fromEntries(changes));
    },
  };
}

/** Nothing is deleted by a program here, and a policy of a rule that is gone would go on waking people up. */
async function inspectLeftOver(
  api: GoogleApi,
  settings: Settings,
  { service, rules }: WatchedService,
): Promise<Finding> {
  const wanted = new Set(rules.map(({ name }) => `${service}: ${name}`));
  const left = (await ownPolicies(api, settings, service)).filter(
    (policy) => !wanted.has(textOf(policy, 'displayName') ?? ''),
  );
  if (left.length === 0) return { type: 'present' };
  const commands = left.map(
    (policy) => `gcloud monitoring policies delete ${textOf(policy, 'name') ?? ''}`,
  );
  const todo = `The plan of ${service} no longer has these alerts; delete them: ${commands.join('; ')}`;
  return { type: 'person', todo };
}

async function inspectDashboard(
  api: GoogleApi,
  settings: Settings,
  service: string,
): Promise<Finding> {
  const url = `${MONITORING}/v1/${projectPath(settings)}/dashboards`;
  const wanted = monitoringDashboard(service) as Json;
  const found = (await listed(api, url, 'dashboards')).find(
    ({ displayName }) => displayName === wanted['displayName'],
  );
  if (found === undefined) {
    return {
      type: 'change',
      detail: 'create',
      apply: async () => {
        await api.write('POST', url, wanted);
      },
    };
  }
  if (covers(found, wanted)) return { type: 'present' };
  return {
    type: 'change',
    detail: 'update',
    apply: async () => {
      const name = textOf(found, 'name') ?? '';
      // A dashboard is replaced as a whole; the etag refuses that where somebody changed it since it was read.
      const body = { ...wanted, name, etag: found['etag'] };
      await api.write('PATCH', `${MONITORING}/v1/${name}`, body);
    },
  };
}
