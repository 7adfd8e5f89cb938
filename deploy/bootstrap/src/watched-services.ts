/** The alert rules of the plans that the settings name. The rest of a plan is the rollout's, and is not read here. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { compilePlan, formatFaults } from '@ascent/core';
import { parseDocument } from 'yaml';
import { SettingsError, type Settings } from './settings.js';
import type { WatchedService } from './steps/alerts.js';

/**
 * Each service that has a plan, with its rules. Plans are looked for beside `configFile`.
 * @throws SettingsError where a plan cannot be read, has faults, or is another service's.
 */
export async function readWatchedServices(
  { services }: Settings,
  configFile: string,
): Promise<readonly WatchedService[]> {
  const watched: WatchedService[] = [];
  for (const { name, plan } of services) {
    if (plan === undefined) continue;
    watched.push(await readRules(name, resolve(dirname(configFile), plan)));
  }
  return watched;
}

async function readRules(service: string, file: string): Promise<WatchedService> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const remedy = 'Name the plan beside the settings, or leave it out.';
    throw new SettingsError(`The plan of ${service} cannot be read: ${String(error)}. ${remedy}`);
  });
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new SettingsError(`${file} is not valid YAML: ${error.message}`);
  const input = (document.toJS() ?? {}) as Readonly<Record<string, unknown>>;
  const wanted = ['service', 'platform', 'alerts'].filter((key) => key in input);
  const compiled = compilePlan(Object.fromEntries(wanted.map((key) => [key, input[key]])));
  if (compiled.type === 'faults') {
    throw new SettingsError(`${file} has faults:\n${formatFaults(compiled.faults)}`);
  }
  if (compiled.plan.service !== service) {
    throw new SettingsError(`${file} is the plan of ${compiled.plan.service}, not of ${service}.`);
  }
  return { service, rules: compiled.plan.alerts };
}
