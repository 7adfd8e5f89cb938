import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The operating system's user that the server runs as, when it may not run as the caller. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** In order of preference; `nobody` exists on every Debian, Alpine and macOS. */
const accountNames = ['postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root, and initdb wants its user in the passwd file. So root borrows an
 * unprivileged account that exists already (none is ever created), and everybody else runs as himself.
 */
export function chooseAccount(
  uid: number | undefined = process.getuid?.(),
  passwd: string = uid === 0 ? readFileSync('/etc/passwd', 'utf8') : '',
): Account | undefined {
  if (uid !== 0) return undefined;
  const accounts = passwd.split('\n').flatMap((line) => {
    const [name, , accountUid, gid] = line.split(':');
    return name === undefined || accountUid === undefined || gid === undefined
      ? []
      : [{ name, uid: Number(accountUid), gid: Number(gid) }];
  });
  for (const wanted of accountNames) {
    const found = accounts.find(({ name, uid: id }) => name === wanted && id > 0);
    if (found) return found;
  }
  throw new Error(
    `PostgreSQL does not run as root, and /etc/passwd has none of: ${accountNames.join(', ')}. ` +
      'Run as an ordinary user, or add one of these accounts.',
  );
}

/** Whether every folder above `path`, and `path` itself, lets other users through. */
export function isReachableByOthers(path: string): boolean {
  const othersMayPass = 0o001;
  if ((statSync(path).mode & othersMayPass) === 0) return false;
  const parent = dirname(path);
  return parent === path || isReachableByOthers(parent);
}
