/** The server, loaded when it is started: the web framework alone would make every `ascent rollback` twice as slow to start. */
import type { RunningServer, ServerOptions } from './server.js';

/** Starts the loop and listens. @throws where the address is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = await import('./server.js');
  return await server.startServer(options);
}
