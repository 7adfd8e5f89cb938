/** Email over SMTP. The Message-ID is made of the effect's key, so a repeat is the same message to whoever reads it. */
import { createHash } from 'node:crypto';
import type { Message } from './message.js';

/** From whom to whom, through which server. */
export type EmailTarget = {
  readonly smtpUrl: string;
  readonly from: string;
  readonly to: readonly string[];
};

/** Sends one message. Rejects where the server did not take it, or `signal` fires first. */
export async function sendByEmail(
  { smtpUrl, from, to }: EmailTarget,
  { message, deadlineMs }: { readonly message: Message; readonly deadlineMs: number },
): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: deadlineMs,
    greetingTimeout: deadlineMs,
    socketTimeout: deadlineMs,
  });
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: `${message.service}: ${message.title}`,
      text: textOf(message),
      messageId: `<${createHash('sha256').update(message.key).digest('hex').slice(0, 32)}@ascent>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  } catch (error) {
    throw new Error(`The mail server did not take the message: ${reasonOf(error)}`, {
      cause: error,
    });
  } finally {
    transport.close();
  }
}

function textOf({ sentence, decision, pageUrl, key }: Message): string {
  const where = pageUrl === null ? [] : ['', `Look and act: ${pageUrl}/`];
  return [sentence, '', `Stage ${decision.stage}, by ${decision.by}.`, ...where, '', key, ''].join(
    '\n',
  );
}

/** What the server answered, or the code of the connection's fault. Never the address, which holds the password. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const response =
    'response' in error && typeof error.response === 'string' ? error.response : null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return response ?? code ?? 'the connection failed';
}
