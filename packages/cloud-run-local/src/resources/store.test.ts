import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ResourceStore } from './store.js';

it('names the file that cannot be read, and what to do about it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cloud-run-local-'));
  await mkdir(join(dataDir, 'services'));
  const file = join(dataDir, 'services', 'p~s.json');
  await writeFile(file, '{"service":');
  await expect(ResourceStore.open(dataDir)).rejects.toThrow(`${file} cannot be read (`);
  await rm(dataDir, { recursive: true });
});
