import { chooseAccount } from './account.js';
import { findBinaries } from './binaries.js';
import {
  initialiseCluster,
  prepareClusterPaths,
  readOrMakePassword,
  superuser,
} from './cluster.js';
import { claimDataDir, stopOrphan } from './ownership.js';
import { startServer } from './server.js';

/** What {@link startLocalPostgres} is asked for. */
export interface LocalPostgresOptions {
  /** Folder of the cluster; made if missing, reused (0.2 s instead of 1 s) if it was made before. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1. @default 0 (a free one) */
  readonly port?: number;
  /** Server settings, as in postgresql.conf: `{ fsync: 'off' }` for a throw-away test cluster. @default none */
  readonly settings?: Readonly<Record<string, string>>;
  /** Receives each line of the server's log. @default lines are dropped */
  readonly log?: (line: string) => void;
}

/** A PostgreSQL server of one's own. */
export interface LocalPostgres {
  /** `postgres://postgres:<password>@127.0.0.1:<port>/postgres`; the role is a superuser. */
  readonly url: string;
  readonly port: number;
  /** Stops the server and resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the real PostgreSQL 18 whose binaries come with npm, on loopback, with a random password, and resolves when
 * it accepts connections. Works as root (it borrows an unprivileged account) and as an ordinary user. The server dies
 * with its owner; one that outlived its owner is stopped first. Throws if another living process owns `dataDir`.
 */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const { dataDir, port: wantedPort = 0, settings = {}, log = () => undefined } = options;
  const account = chooseAccount();
  const paths = prepareClusterPaths(dataDir, account);
  const claim = claimDataDir(paths.home);
  try {
    if (await stopOrphan(paths.pgdata)) log('stopped a server whose owner had died');
    const binaries = findBinaries(account, paths.programs);
    const password = readOrMakePassword(paths.home);
    await initialiseCluster({ paths, binaries, account, password });
    const { postgres } = binaries;
    const { pgdata } = paths;
    const server = await startServer({
      postgres,
      pgdata,
      port: wantedPort,
      account,
      settings,
      log,
    });
    const url = `postgres://${superuser}:${password}@127.0.0.1:${String(server.port)}/postgres`;
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= server.stop().finally(claim.release));
    return { url, port: server.port, stop };
  } catch (error) {
    claim.release();
    throw error;
  }
}
