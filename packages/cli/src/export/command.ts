/** `ascent export`: the plan's alerts and the usual charts, in the words of another tool. Writes to stdout, changes nothing. */
import { InvalidArgumentError, type Command } from 'commander';
import {
  alertPolicies,
  grafanaDashboard,
  monitoringDashboard,
  prometheusRules,
} from '@ascent/metrics';
import { knativeNames, type PrometheusNames, type RolloutPlan } from '@ascent/core';
import { stringify } from 'yaml';
import { showExamples } from '../example.js';
import { print } from '../output.js';
import { loadPlan } from '../plan-file.js';
import type { SharedOptions } from '../session.js';

/** What can be exported, and to where. */
const exporters: Readonly<
  Record<string, Readonly<Record<string, (plan: RolloutPlan, options: Options) => string>>>
> = {
  alerts: {
    'cloud-monitoring': ({ alerts, service }, { channel = [] }) =>
      json(alertPolicies(alerts, { service, channels: channel })),
    prometheus: (plan) =>
      stringify(prometheusRules(plan.alerts, { service: plan.service, names: namesOf(plan) })),
  },
  dashboard: {
    'cloud-monitoring': ({ service }) => json(monitoringDashboard(service)),
    grafana: (plan) => json(grafanaDashboard(plan.service, namesOf(plan))),
  },
};

type Options = Pick<SharedOptions, 'plan' | 'json'> & {
  readonly to: string;
  readonly channel?: readonly string[];
};

/** As the plan calls them, and as Knative does where the plan reads its metrics elsewhere. */
function namesOf({ metrics }: RolloutPlan): PrometheusNames {
  return metrics.type === 'prometheus' ? metrics.names : knativeNames;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function kind(text: string): string {
  if (text in exporters) return text;
  throw new InvalidArgumentError(`Write one of: ${Object.keys(exporters).join(', ')}.`);
}

/** Gives `command` (which has the shared options) its own options and its action. */
export function addExport(command: Command): void {
  command
    .argument('<what>', 'alerts or dashboard', kind)
    .requiredOption('--to <tool>', 'cloud-monitoring; prometheus for alerts, grafana for dashboard')
    .option('--channel <name...>', 'notification channels: projects/P/notificationChannels/ID');
  showExamples(command, [
    'ascent export alerts --to prometheus > rules.yaml',
    'ascent export dashboard --to cloud-monitoring | gcloud monitoring dashboards create --config-from-file=-',
  ]).action(async (what: string, options: Options) => {
    const tools = exporters[what] ?? {};
    const write = Object.hasOwn(tools, options.to) ? tools[options.to] : undefined;
    if (write === undefined) {
      const known = Object.keys(tools).join(' or ');
      command.error(`error: ${what} cannot be exported to "${options.to}"; write --to ${known}.`);
    }
    const text = write(await loadPlan(options.plan), options);
    print(text.trimEnd(), { what, to: options.to, text }, options);
  });
}
