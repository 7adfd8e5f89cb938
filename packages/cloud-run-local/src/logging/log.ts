/** What the emulator and its instances have to say, one entry at a time. */

/** One entry, in the fields of Cloud Logging where it has them. */
export interface LogEntry {
  readonly severity: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
  readonly message: string;
  /** Which log: the emulator itself, a container's output, or the platform's notes about a container. */
  readonly log: 'emulator' | 'stdout' | 'stderr' | 'varlog/system';
  readonly service?: string;
  readonly revision?: string;
  readonly instanceId?: string;
}

/** Where entries go. */
export type Logger = (entry: LogEntry) => void;

/** Writes entries as JSON lines or as text a person reads. */
export function makeLogger(
  format: 'json' | 'text',
  write: (line: string) => void,
  nowMs: () => number = Date.now,
): Logger {
  return (entry) => {
    const time = new Date(nowMs()).toISOString();
    if (format === 'json') {
      write(`${JSON.stringify({ time, ...entry })}\n`);
      return;
    }
    const source = entry.revision ?? 'cloud-run-local';
    write(`${time.slice(11, 23)} ${entry.severity.padEnd(7)} ${source}  ${entry.message}\n`);
  };
}
