/**
 * Ports for instances. On Cloud Run every instance has a network of its own and may listen on 8080; here
 * they share one machine, so each gets a port of its own in PORT.
 *
 * The ports come from below the range the system takes ports for outgoing connections from (32768 on
 * Linux): otherwise a connection made between the choice and the instance's `listen` could take it.
 */
import { createServer } from 'node:net';

// divergence: ports
const firstPort = 20_000;
const lastPort = 32_000;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Hands out ports that nobody listens on. */
export class PortAllocator {
  // Two emulators on one machine should not walk the same ports in step.
  #next = firstPort + ((process.pid * 61) % (lastPort - firstPort));
  readonly #taken = new Set<number>();

  /** @throws Error when every port of the range is in use. */
  async take(): Promise<number> {
    for (let attempts = firstPort; attempts < lastPort; attempts += 1) {
      const port = this.#next;
      this.#next = port + 1 >= lastPort ? firstPort : port + 1;
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      if (await isFree(port)) return port;
      this.#taken.delete(port);
    }
    throw new Error(`no free port between ${firstPort} and ${lastPort}`);
  }

  release(port: number): void {
    this.#taken.delete(port);
  }
}
