/**
 * Whom to tell, as a person writes it. The record can be read by whoever can read the service, so a secret is only ever
 * named (`${SLACK_WEBHOOK_URL}`) and taken from the controller's environment at the moment of sending.
 */
import { z } from 'zod';
import { url } from './config-value.js';
import type { SecretName } from '../secret-name.js';
import type { Channel, NotifyPlan } from './plan.js';

/** `"${NAME}"`, and nothing but. The value that was found is not repeated: it may be the secret itself. */
export const secret = z
  .string({ error: 'name an environment variable, such as "${SLACK_WEBHOOK_URL}"' })
  .transform((text, context): SecretName => {
    const env = /^\$\{([A-Z][A-Z0-9_]*)\}$/.exec(text.trim())?.[1];
    if (env !== undefined) return { env };
    context.addIssue(
      'never write a secret into the plan: name an environment variable, such as "${SLACK_WEBHOOK_URL}"',
    );
    return z.NEVER;
  });

const address = z
  .string()
  .regex(/^[^\s@<>"]+@[^\s@<>"]+$/, 'write an email address such as oncall@example.com');

const email = z.union([
  z
    .array(address)
    .min(1)
    .transform((to) => ({ to, from: null, smtp: { env: 'SMTP_URL' } })),
  z.strictObject({
    to: z.array(address).min(1),
    from: address.nullable().default(null),
    smtp: secret.prefault('${SMTP_URL}'),
  }),
]);

const github = z.strictObject({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'write owner/name'),
  environment: z.string().min(1).default('production'),
  ref: z.string().min(1).default('main'),
  api: url.default('https://api.github.com'),
  token: secret.prefault('${GITHUB_TOKEN}'),
});

/** The plan's `notify`. */
export const notify = z.strictObject({
  page: url.optional(),
  slack: secret.optional(),
  email: email.optional(),
  webhook: z.strictObject({ url, secret }).optional(),
  github: github.optional(),
});

/** What a person wrote, with every default. */
export type NotifyConfig = z.output<typeof notify>;

/** The channels in a fixed order. */
export function toNotifyPlan({ page, ...config }: NotifyConfig): NotifyPlan {
  const channels: Channel[] = [];
  if (config.slack) channels.push({ type: 'slack', webhookUrl: config.slack });
  if (config.email) {
    const { to, from, smtp } = config.email;
    const domain = to[0]?.split('@')[1] ?? 'localhost';
    channels.push({ type: 'email', to, from: from ?? `ascent@${domain}`, smtpUrl: smtp });
  }
  if (config.webhook) channels.push({ type: 'webhook', ...config.webhook });
  if (config.github) {
    const { api, ...rest } = config.github;
    channels.push({ type: 'github', ...rest, apiUrl: api.replace(/\/+$/, '') });
  }
  return { pageUrl: page?.replace(/\/+$/, '') ?? null, channels };
}
