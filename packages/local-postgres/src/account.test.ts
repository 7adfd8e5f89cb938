import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseAccount, isReachableByOthers } from './account.js';

const root = 'root:x:0:0:root:/root:/bin/bash';
const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin';

test('an ordinary user runs the server as himself', () => {
  expect(chooseAccount(1000, '')).toBeUndefined();
});

test('root borrows nobody where there is no account postgres', () => {
  expect(chooseAccount(0, `${root}\n${nobody}\n`)).toEqual({
    name: 'nobody',
    uid: 65534,
    gid: 65534,
  });
});

test('root prefers the account postgres', () => {
  const passwd = `${root}\n${nobody}\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n`;
  expect(chooseAccount(0, passwd)?.name).toBe('postgres');
});

test('root without any unprivileged account is told what to do', () => {
  expect(() => chooseAccount(0, root)).toThrow(/Run as an ordinary user/);
});

test('a folder below a closed one is not reachable by others', () => {
  const closed = mkdtempSync(join(tmpdir(), 'closed-'));
  const inside = join(closed, 'open');
  mkdirSync(inside, { mode: 0o755 });
  expect(isReachableByOthers(inside)).toBe(false);
  expect(isReachableByOthers(tmpdir())).toBe(true);
  rmSync(closed, { recursive: true });
});
