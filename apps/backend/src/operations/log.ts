import { pino, type DestinationStream, type Logger } from 'pino';

/** Cloud Logging's severities for pino's levels: https://cloud.google.com/logging/docs/structured-logging */
const severities: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/** What a log is made of. */
export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warning' | 'error' | 'silent';
  /** One JSON object per line in Cloud Logging's fields; otherwise a line for a person. */
  readonly json: boolean;
  /** In every line: which build and revision wrote it. */
  readonly labels: Readonly<Record<string, string>>;
  /** @default standard output */
  readonly destination?: DestinationStream;
}

/** The logger of the process; each module takes a child of it with its own name. */
export function createLog(options: LogOptions): Logger {
  const destination = options.destination ?? pino.destination({ dest: 1, sync: true });
  return pino(
    {
      level: options.level === 'warning' ? 'warn' : options.level,
      messageKey: 'message',
      errorKey: 'error',
      base: options.json ? { 'logging.googleapis.com/labels': options.labels } : {},
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
      // A second line of defence: nothing that may hold a secret or a person's words is logged on purpose.
      redact: {
        paths: ['*.authorization', '*.cookie', '*.password', '*.connectionString', '*.apiKey'],
        censor: '(hidden)',
      },
      serializers: { error: serialiseError },
    },
    options.json
      ? destination
      : {
          write: (line: string) => {
            destination.write(toPlainLine(line));
          },
        },
  );
}

/** Keeps what helps to find a fault; drops fields that libraries hang on errors (queries, parameters, requests). */
function serialiseError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && { code: error.code }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: serialiseError(error.cause) }),
  };
}

function toPlainLine(line: string): string {
  const { time, severity, message, module, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const clock = typeof time === 'string' ? time.slice(11, 23) : '';
  const where = typeof module === 'string' ? `${module}: ` : '';
  const extra = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
  return `${clock} ${String(severity)} ${where}${String(message)}${extra}\n`;
}
