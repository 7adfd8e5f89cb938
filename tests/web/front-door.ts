/**
 * What stands between the page and the backend in production (`api.dovvybuddy.com`): it passes everything on, until a test
 * lets it break in one of the ways that such things break.
 */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What is done with the questions of the chat. */
export type Mood =
  | { readonly type: 'passes on' }
  /** As a backend whose model is slow to speak: a comment first, which keeps the line open. */
  | { readonly type: 'hesitates' }
  /** Answers itself, with a status and `Retry-After`. */
  | { readonly type: 'refuses'; readonly status: number; readonly retryAfter: number }
  /** Only so many events of the answer come through; the connection ends when the backend has said and stored all. */
  | { readonly type: 'breaks off'; readonly events: number };

/** A front door. */
export type FrontDoor = {
  readonly url: string;
  /** How the next questions are dealt with. */
  readonly behave: (mood: Mood) => void;
  /** Questions that have arrived here. */
  readonly questions: () => number;
  /** The revisions that answered, in order. */
  readonly revisions: readonly string[];
  /** Nobody listens any more: connections are refused. */
  readonly close: () => Promise<void>;
  /** Listens again, at the same address. */
  readonly open: () => Promise<void>;
};

/** Opens a door to `backendUrl`. */
export async function openFrontDoor(backendUrl: string): Promise<FrontDoor> {
  let mood: Mood = { type: 'passes on' };
  let questions = 0;
  let port = 0;
  const revisions: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    const isQuestion = incoming.url?.startsWith('/api/chat') === true;
    if (isQuestion) questions++;
    const now: Mood = isQuestion ? mood : { type: 'passes on' };
    if (now.type === 'refuses') refuse(outgoing, now);
    else passOn(incoming, outgoing, { backendUrl, revisions, mood: now });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const open = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  await open();
  return {
    url: `http://127.0.0.1:${port}`,
    behave: (next) => {
      mood = next;
    },
    questions: () => questions,
    revisions,
    open,
    close: async () => {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function refuse(outgoing: ServerResponse, mood: Extract<Mood, { type: 'refuses' }>): void {
  outgoing.writeHead(mood.status, {
    'content-type': 'application/json',
    'retry-after': String(mood.retryAfter),
  });
  const code = mood.status === 429 ? 'RATE_LIMITED' : 'OVERLOADED';
  outgoing.end(JSON.stringify({ error: { code, message: 'Later.', requestId: 'test' } }));
}

function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  parts: { readonly backendUrl: string; readonly revisions: string[]; readonly mood: Mood },
): void {
  const { method, headers, url = '' } = incoming;
  const onward = request(`${parts.backendUrl}${url}`, { method }, (answer) => {
    const revision = answer.headers['x-revision'];
    if (typeof revision === 'string' && method === 'POST') parts.revisions.push(revision);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    if (parts.mood.type === 'hesitates') outgoing.write(': waiting\n\n');
    if (parts.mood.type === 'breaks off') breakOff(answer, outgoing, parts.mood.events);
    else answer.pipe(outgoing);
    outgoing.once('close', () => answer.destroy());
  });
  for (const [name, value] of Object.entries(headers))
    if (name !== 'host' && value !== undefined) onward.setHeader(name, value);
  onward.once('error', () => outgoing.destroy());
  incoming.pipe(onward);
}

function breakOff(answer: IncomingMessage, outgoing: ServerResponse, events: number): void {
  let text = '';
  answer.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  answer.once('end', () => {
    const begun = `${text.split('\n\n').slice(0, events).join('\n\n')}\n\n`;
    outgoing.write(begun, () => outgoing.destroy());
  });
}
