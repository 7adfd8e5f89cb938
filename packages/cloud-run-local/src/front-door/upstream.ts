/**
 * Connections to one instance, kept between requests. One that was idle for a second is not used again:
 * servers close idle connections (Node after 5 s), and a request sent at that moment would be lost.
 */
import { connect, type Socket } from 'node:net';
import type { Instance } from '../instances/instance.js';

/** How long a connection may be idle and still be used again. */
const idleMsMax = 1000;

/** Who has a connection now. */
export interface ConnectionUser {
  readonly onData: (chunk: Buffer) => void;
  /** The connection is gone; `fault` says why, if it did not just end. */
  readonly onClose: (fault: NodeJS.ErrnoException | undefined) => void;
}

/** One connection to an instance. */
export class UpstreamConnection {
  readonly socket: Socket;
  /** Whether it carried a request before the one it has now. */
  reused = false;
  idleSinceMs = 0;
  user: ConnectionUser | undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let fault: NodeJS.ErrnoException | undefined;
    this.socket.on('data', (chunk: Buffer) => {
      // Nobody asked: an idle server has nothing to say.
      if (this.user === undefined) this.socket.destroy();
      else this.user.onData(chunk);
    });
    this.socket.once('error', (error) => {
      fault = error;
    });
    this.socket.once('close', () => {
      this.user?.onClose(fault);
    });
  }
}

/** The connections of one instance that nobody uses now, the last used on top. */
export class UpstreamConnections {
  readonly #port: number;
  readonly #idle: UpstreamConnection[] = [];
  #sweeper: NodeJS.Timeout | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** A connection for one request: one that was in use a moment ago, or a new one. */
  take(user: ConnectionUser): UpstreamConnection {
    const freshMs = performance.now() - idleMsMax;
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      if (!kept.socket.destroyed && kept.idleSinceMs > freshMs) {
        kept.reused = true;
        kept.user = user;
        return kept;
      }
      kept.socket.destroy();
    }
    return this.takeNew(user);
  }

  /** A connection that nobody used before. */
  takeNew(user: ConnectionUser): UpstreamConnection {
    const connection = new UpstreamConnection(this.#port);
    connection.user = user;
    return connection;
  }

  /** Gives a connection back whose response is complete. */
  giveBack(connection: UpstreamConnection): void {
    connection.user = undefined;
    connection.idleSinceMs = performance.now();
    this.#idle.push(connection);
    this.#sweeper ??= setTimeout(() => {
      this.#sweep();
    }, idleMsMax).unref();
  }

  #sweep(): void {
    this.#sweeper = undefined;
    const freshMs = performance.now() - idleMsMax;
    const fresh = this.#idle.findIndex(({ idleSinceMs }) => idleSinceMs > freshMs);
    for (const { socket } of this.#idle.splice(0, fresh < 0 ? this.#idle.length : fresh)) {
      socket.destroy();
    }
    if (this.#idle.length === 0) return;
    this.#sweeper = setTimeout(() => {
      this.#sweep();
    }, idleMsMax).unref();
  }
}

const byInstance = new WeakMap<Instance, UpstreamConnections>();

/** The connections to an instance. */
export function connectionsTo(instance: Instance): UpstreamConnections {
  let connections = byInstance.get(instance);
  if (connections === undefined) {
    connections = new UpstreamConnections(instance.port);
    byInstance.set(instance, connections);
  }
  return connections;
}
