import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isServerRunning } from './ownership.js';

const namePrefix = 'ascent-postgres-';
/** Holds the data folder that an outside folder belongs to. */
const homeFile = 'home';

/** Notes whose server's part `outside` holds, so that it can be removed when that data folder is gone. */
export function noteHome(outside: string, home: string): void {
  writeFileSync(join(outside, homeFile), home);
}

/**
 * Removes the servers' parts in `parent` whose data folder somebody has deleted: nothing can start them again, since the
 * password went with it. Only folders of this user that say whose they are, and never below a running server.
 */
export function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(namePrefix)) continue;
    try {
      const outside = join(parent, name);
      if (isLeftover(outside)) rmSync(outside, { recursive: true, force: true });
    } catch {
      // Another process removes it at the same time, or it is none of ours.
    }
  }
}

function isLeftover(outside: string): boolean {
  const found = lstatSync(outside);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
  const home = readFileSync(join(outside, homeFile), 'utf8');
  return !existsSync(home) && !isServerRunning(join(outside, 'pgdata'));
}
