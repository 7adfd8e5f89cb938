/**
 * Any receiver that can check a signature: `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over
 * `id.timestamp.body`, as https://www.standardwebhooks.com has it, so existing libraries verify it. `webhook-id` is the
 * idempotency key: the same for every repeat.
 */
import { createHmac } from 'node:crypto';
import { call, type Fetch } from './http-call.js';
import type { Message } from './message.js';

/** Where to, and with which key. */
export type WebhookTarget = { readonly url: string; readonly secret: string };

/** The signature of one delivery. `timestampS` is Unix seconds. */
export function signatureOf(
  secret: string,
  {
    id,
    timestampS,
    body,
  }: { readonly id: string; readonly timestampS: number; readonly body: string },
): string {
  const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestampS}.${body}`);
  return `v1,${hmac.digest('base64')}`;
}

/** `whsec_…` is base64 by the standard; anything else is taken as it is. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
}

/** Sends one message. Rejects where the receiver did not answer 2xx. */
export async function sendToWebhook(
  fetch: Fetch,
  { url, secret }: WebhookTarget,
  {
    message,
    nowMs,
    signal,
  }: { readonly message: Message; readonly nowMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { key: id, service, candidate, urgency, title, decision, pageUrl } = message;
  const body = JSON.stringify({
    type: `rollout.${decision.type}`,
    service,
    candidate,
    urgency,
    title,
    decision,
    pageUrl,
  });
  const timestampS = Math.floor(nowMs / 1_000);
  await call(fetch, {
    name: 'The webhook',
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestampS),
      'webhook-signature': signatureOf(secret, { id, timestampS, body }),
    },
    body,
    signal,
  });
}
