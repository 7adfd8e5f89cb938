/** One emulator per data directory: a second one would end the first one's instances as orphans. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStartTime } from './instances/process-identity.js';

/**
 * Takes the directory; returns how to give it back.
 * @throws Error naming the process that has it.
 */
export function lockDataDir(dataDir: string): () => void {
  const file = join(dataDir, 'emulator.pid');
  const [pid = '', startTime = ''] = readLock(file).split(' ');
  if (pid !== '' && startTime !== '' && processStartTime(Number(pid)) === startTime) {
    throw new Error(
      `--data ${dataDir} is in use by process ${pid}; stop that one or choose another directory`,
    );
  }
  writeFileSync(file, `${process.pid} ${processStartTime(process.pid) ?? ''}`);
  return () => {
    rmSync(file, { force: true });
  };
}

function readLock(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
