/** Where messages arrive: a Slack webhook and a mail server, both real servers on sockets of this machine. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A message as it came in. */
export type Mail = { readonly to: readonly string[]; readonly text: string };

/** Both receivers, and what a controller must be told to reach them. */
export type Receivers = {
  /** The texts that Slack would show in a notification. */
  readonly slack: readonly string[];
  readonly mails: readonly Mail[];
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

/** Starts both. */
export async function startReceivers(): Promise<Receivers> {
  const slack: string[] = [];
  const mails: Mail[] = [];
  const webhook = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      slack.push((JSON.parse(body) as { text: string }).text);
      response.end('ok');
    });
  });
  const mail = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          text: plain(text),
        });
        done();
      });
    },
  });
  await Promise.all([
    new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve)),
    new Promise<void>((resolve) => mail.listen(0, '127.0.0.1', resolve)),
  ]);
  return {
    slack,
    mails,
    env: {
      SLACK_WEBHOOK_URL: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/services/T0/B0/x`,
      SMTP_URL: `smtp://127.0.0.1:${(mail.server.address() as AddressInfo).port}`,
    },
    close: async () => {
      webhook.closeAllConnections();
      await Promise.all([
        new Promise((resolve) => webhook.close(resolve)),
        new Promise<void>((resolve) => {
          mail.close(() => {
            resolve();
          });
        }),
      ]);
    },
  };
}

/** Undoes the folding of quoted-printable, so that a sentence is in one piece. */
function plain(text: string): string {
  return text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
