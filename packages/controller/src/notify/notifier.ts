/** Tells people: finds the channel in the plan, takes its secret from the environment, and sends within a deadline. */
import type { Channel, Effect, RolloutRecord, SecretName } from '@ascent/core';
import { sendByEmail } from './email.js';
import { sendToGithub } from './github.js';
import type { Fetch } from './http-call.js';
import { messageOf, type Message } from './message.js';
import { sendToSlack } from './slack.js';
import { sendToWebhook } from './webhook.js';

/** A message to one channel. */
export type NotifyEffect = Extract<Effect, { readonly type: 'notify' }>;

/** How messages are sent. */
export type NotifierOptions = {
  /** Where secrets are looked up by name. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  /** How long one message may take, all its calls together. @default 10000 */
  readonly deadlineMs?: number;
  /** @default Node's own */
  readonly fetch?: Fetch;
};

/** Sends one message, once. Rejects with what went wrong and what to do; the outbox tries again. */
export type Notifier = (effect: NotifyEffect, record: RolloutRecord) => Promise<void>;

const DEADLINE_MS = 10_000;

/** Creates a notifier. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { deadlineMs = DEADLINE_MS } = options;
  return async (effect, record) => {
    const channel = record.plan.notify.channels.find(({ type }) => type === effect.channel);
    // The plan of a newer rollout may have no such channel any more; then nobody is to be told there.
    if (channel === undefined) return;
    const message = messageOf(effect.key, effect.decision, record);
    const signal = AbortSignal.timeout(deadlineMs);
    await Promise.race([
      send(channel, message, { ...options, deadlineMs, signal }),
      expiry(signal, channel),
    ]);
  };
}

/** Some libraries do not end when they should; the message is given up all the same. */
async function expiry(signal: AbortSignal, { type }: Channel): Promise<never> {
  return await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error(`${type}: no answer in time`));
    });
  });
}

type Sending = NotifierOptions & { readonly deadlineMs: number; readonly signal: AbortSignal };

async function send(channel: Channel, message: Message, sending: Sending): Promise<void> {
  const { signal, now, env, deadlineMs } = sending;
  const fetchWith: Fetch = sending.fetch ?? ((url, init) => fetch(url, init));
  switch (channel.type) {
    case 'slack':
      await sendToSlack(fetchWith, secretIn(env, channel.webhookUrl), { message, signal });
      return;
    case 'email': {
      const { from, to } = channel;
      await sendByEmail(
        { smtpUrl: secretIn(env, channel.smtpUrl), from, to },
        { message, deadlineMs },
      );
      return;
    }
    case 'webhook': {
      const target = { url: channel.url, secret: secretIn(env, channel.secret) };
      await sendToWebhook(fetchWith, target, { message, nowMs: now(), signal });
      return;
    }
    case 'github':
      await sendToGithub(
        fetchWith,
        { ...channel, token: secretIn(env, channel.token) },
        { message, signal },
      );
  }
}

function secretIn(env: NotifierOptions['env'], { env: name }: SecretName): string {
  const value = env[name]?.trim() ?? '';
  if (value === '')
    throw new Error(
      `The environment variable ${name} is not set where the controller runs; set it there.`,
    );
  return value;
}
