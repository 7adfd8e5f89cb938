/**
 * Slack, through an incoming webhook. A webhook cannot receive an answer, so the buttons are links to the page, where
 * the person signs in. Format: https://api.slack.com/messaging/webhooks and https://api.slack.com/reference/block-kit
 */
import { call, type Fetch } from './http-call.js';
import type { Message } from './message.js';

const signs: Readonly<Record<Message['urgency'], string>> = {
  info: ':information_source:',
  ask: ':raised_hand:',
  bad: ':rotating_light:',
};

/** The body of one message. */
export function slackBody(message: Message): object {
  const { service, title, sentence, urgency, decision, pageUrl, key } = message;
  const headline = `${signs[urgency]} *${escape(service)}*: ${escape(title)}`;
  const foot = `by ${escape(decision.by)} · stage ${escape(decision.stage)} · ${escape(key)}`;
  return {
    text: `${service}: ${title}. ${sentence}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `${headline}\n${escape(sentence)}` } },
      ...(pageUrl === null ? [] : [{ type: 'actions', elements: links(message, pageUrl) }]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: foot }] },
    ],
  };
}

function links({ decision, urgency, canGoBack }: Message, pageUrl: string): readonly object[] {
  const link = (text: string, hash: string, style: object = {}): object => ({
    type: 'button',
    text: { type: 'plain_text', text },
    url: `${pageUrl}/${hash}`,
    ...style,
  });
  const approve =
    decision.type === 'awaitingApproval' && canGoBack
      ? [link('Approve…', '#approve', { style: 'primary' })]
      : [];
  const back =
    urgency !== 'info' && canGoBack ? [link('Roll back…', '#rollback', { style: 'danger' })] : [];
  return [...approve, ...back, link('Look', '')];
}

/** The three characters that mean something in `mrkdwn`. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Sends one message. Rejects where Slack did not take it. */
export async function sendToSlack(
  fetch: Fetch,
  webhookUrl: string,
  { message, signal }: { readonly message: Message; readonly signal: AbortSignal },
): Promise<void> {
  await call(fetch, {
    name: 'Slack',
    url: webhookUrl,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(slackBody(message)),
    signal,
  });
}
