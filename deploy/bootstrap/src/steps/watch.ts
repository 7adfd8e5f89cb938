/** Who is told: notification channels of Cloud Monitoring, and a budget that speaks up before the month is over. */
import { textOf, type GoogleApi, type Json } from '../google-api.js';
import { projectPath } from '../project.js';
import type { Settings } from '../settings.js';
import { covers, type Finding, type Step } from '../step.js';

/** A notification channel as it came. */
export type Channel = {
  readonly name?: string;
  readonly type?: string;
  readonly labels?: Readonly<Record<string, string>>;
};

/** Channels first: the budget names them. */
export function watch(api: GoogleApi, settings: Settings): readonly Step[] {
  const { email, slackChannel } = settings.notify;
  return [
    ...email.map((address) => ({
      name: `e-mail to ${address}`,
      inspect: () => inspectEmail(api, settings, address),
    })),
    ...(slackChannel === undefined
      ? []
      : [
          {
            name: `Slack ${slackChannel}`,
            inspect: () => inspectSlack(api, settings, slackChannel),
          },
        ]),
    {
      name: `budget of ${settings.budget.amount} ${settings.budget.currency} a month`,
      inspect: () => inspectBudget(api, settings),
    },
  ];
}

function channelsUrl(settings: Settings): string {
  return `https://monitoring.googleapis.com/v3/${projectPath(settings)}/notificationChannels`;
}

/** The project's notification channels. */
export async function channels(api: GoogleApi, settings: Settings): Promise<readonly Channel[]> {
  const listed = await api.read(`${channelsUrl(settings)}?pageSize=1000`);
  return (listed?.['notificationChannels'] ?? []) as readonly Channel[];
}

async function inspectEmail(api: GoogleApi, settings: Settings, address: string): Promise<Finding> {
  const found = await channels(api, settings);
  if (found.some(({ type, labels }) => type === 'email' && labels?.['email_address'] === address)) {
    return { type: 'present' };
  }
  const body = { type: 'email', displayName: address, labels: { email_address: address } };
  return {
    type: 'change',
    detail: 'create',
    apply: async () => {
      await api.write('POST', channelsUrl(settings), body);
    },
  };
}

/** Slack's consent needs a browser, and its token would be a secret of ours. */
async function inspectSlack(api: GoogleApi, settings: Settings, channel: string): Promise<Finding> {
  const found = await channels(api, settings);
  if (found.some(({ type, labels }) => type === 'slack' && labels?.['channel_name'] === channel)) {
    return { type: 'present' };
  }
  const todo = `Join Slack's ${channel} in the console: https://console.cloud.google.com/monitoring/alerting/notifications?project=${settings.project}`;
  return { type: 'person', todo };
}

async function inspectBudget(api: GoogleApi, settings: Settings): Promise<Finding> {
  const url = `https://billingbudgets.googleapis.com/v1/billingAccounts/${settings.billingAccount}/budgets`;
  const project = await api.read(
    `https://cloudresourcemanager.googleapis.com/v3/${projectPath(settings)}`,
  );
  const displayName = `${settings.project} a month`;
  const told = (await channels(api, settings)).flatMap(({ name }) =>
    name === undefined ? [] : [name],
  );
  const wanted = budget(settings, {
    displayName,
    projectName: textOf(project, 'name') ?? '',
    told,
  });
  const listed = await api.read(`${url}?pageSize=1000`);
  const found = ((listed?.['budgets'] ?? []) as readonly Json[]).find(
    (each) => each['displayName'] === displayName,
  );
  if (found === undefined) {
    return {
      type: 'change',
      detail: 'create, telling at 50, 90 and 100 % and when the month will pass it',
      apply: async () => {
        await api.write('POST', url, wanted);
      },
    };
  }
  if (covers(found, { amount: wanted['amount'], thresholdRules: wanted['thresholdRules'] }))
    return { type: 'present' };
  return {
    type: 'change',
    detail: 'update its amount and thresholds',
    apply: async () => {
      const mask = 'updateMask=amount,thresholdRules';
      await api.write(
        'PATCH',
        `https://billingbudgets.googleapis.com/v1/${String(found['name'])}?${mask}`,
        wanted,
      );
    },
  };
}

/** A budget tells; it does not cap. Cloud Monitoring channels are limited to five. */
function budget(
  { budget: { amount, currency } }: Settings,
  {
    displayName,
    projectName,
    told,
  }: {
    readonly displayName: string;
    readonly projectName: string;
    readonly told: readonly string[];
  },
): Json {
  return {
    displayName,
    budgetFilter: { projects: [projectName], calendarPeriod: 'MONTH' },
    amount: { specifiedAmount: { currencyCode: currency, units: String(amount) } },
    thresholdRules: [
      { thresholdPercent: 0.5 },
      { thresholdPercent: 0.9 },
      { thresholdPercent: 1 },
      { thresholdPercent: 1, spendBasis: 'FORECASTED_SPEND' },
    ],
    notificationsRule: { monitoringNotificationChannels: told.slice(0, 5) },
  };
}
