/** `ascent serve`: the controller with its page and API, until it is told to stop. */
import { startServer } from '@ascent/controller';
import { print } from '../output.js';
import type { Session } from '../session.js';

/** Where to listen and how often to look. */
export type ServeOptions = {
  readonly interval: number;
  readonly port: number;
  readonly host: string;
};

/** Resolves when SIGINT or SIGTERM arrives and everything is closed. */
export async function serve(session: Session, options: ServeOptions): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => {
      resolve();
    });
    process.once('SIGTERM', () => {
      resolve();
    });
  });
  const server = await startServer({
    world: session.world,
    plan: session.plan,
    by: 'ascent',
    intervalMs: options.interval,
    host: options.host,
    port: options.port,
    pageDir: null,
  });
  print(
    `The controller watches ${session.plan.service}. Page: ${server.url}`,
    { ready: true, url: server.url },
    session,
  );
  await stopped;
  await server.close();
}
