/** Receives what Sentry would: https://develop.sentry.dev/sdk/data-model/envelopes/ */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** The part of an error event that the tests look at. */
export type SentryEvent = {
  readonly release?: string;
  readonly environment?: string;
  readonly user?: { readonly id?: string };
  readonly tags?: Readonly<Record<string, string>>;
  readonly exception?: { readonly values?: readonly { readonly value?: string }[] };
};

/** A receiver. */
export type SentryReceiver = {
  readonly dsn: string;
  /** Everything that arrived, as it was sent. */
  readonly envelopes: readonly string[];
  /** The error events among it. */
  readonly events: () => readonly SentryEvent[];
  readonly stop: () => void;
};

/** Starts a receiver, which browsers on other origins may send to, as Sentry's may be. */
export async function startSentryReceiver(): Promise<SentryReceiver> {
  const envelopes: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const isZipped = request.headers['content-encoding'] === 'gzip';
      if (body.length > 0) envelopes.push((isZipped ? gunzipSync(body) : body).toString());
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', '*');
      response.end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    dsn: `http://public@127.0.0.1:${String(port)}/1`,
    envelopes,
    events: () => envelopes.flatMap(eventsOf),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function eventsOf(envelope: string): readonly SentryEvent[] {
  const [, ...lines] = envelope.split('\n').filter((line) => line !== '');
  return lines.flatMap((line, index) => {
    const { type } = JSON.parse(line) as { readonly type?: unknown };
    const payload = lines[index + 1];
    return type === 'event' && payload !== undefined ? [JSON.parse(payload) as SentryEvent] : [];
  });
}
