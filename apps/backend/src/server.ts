// Starts the backend as configured by the environment, and ends it properly on SIGTERM and SIGINT.
import { createBackend, type Backend } from './backend.js';
import { ConfigError, findSuspiciousSettings, readConfig, type Config } from './config.js';
import { createLog } from './operations/log.js';

/** Cloud Run kills an instance ten seconds after SIGTERM; what is not finished by then is given up with a log line. */
const drainTimeoutMs = 9_000;

async function main(): Promise<void> {
  const config = readConfigOrExit();
  const log = createLog({
    level: config.LOG_LEVEL,
    json: config.LOG_JSON,
    labels: {
      version: config.VERSION,
      commit: config.COMMIT,
      environment: config.ENVIRONMENT,
      revision: config.K_REVISION ?? '',
    },
  });
  for (const warning of findSuspiciousSettings(config)) log.warn(warning);
  let backend: Backend | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping: finishing what is being answered');
    setTimeout(() => {
      log.error(`not finished after ${String(drainTimeoutMs)} ms, giving up`);
      process.exit(1);
    }, drainTimeoutMs).unref();
    void (backend?.close() ?? Promise.resolve()).then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    backend = await createBackend(config, log);
    const address = await backend.app.listen({ port: config.PORT, host: config.HOST });
    log.info({ address, startMs: Math.round(performance.now()) }, 'listening');
  } catch (error) {
    log.fatal({ error }, 'the backend could not start');
    process.exit(1);
  }
}

function readConfigOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(2);
  }
}

await main();
