import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildImage } from './build.js';

let directory = '';
let dataDir = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cloud-run-local-'));
  dataDir = await mkdtemp(join(tmpdir(), 'cloud-run-local-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  await rm(dataDir, { recursive: true });
});

const build = (config: string): Promise<unknown> =>
  writeFile(join(directory, 'image.json'), config).then(() =>
    buildImage(directory, { tag: 'a:1', dataDir }),
  );

describe('a build that is refused leaves nothing behind', () => {
  it.each([
    ['a working directory outside', '{"Entrypoint":["a"],"WorkingDir":"../../esc"}', /'\.\.'/],
    ['a configuration that is no JSON', '{', /image\.json is no JSON/],
  ])('%s', async (_what, config, message) => {
    await expect(build(config)).rejects.toThrow(message);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('a pipe, which nobody may ever write into', async () => {
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    await expect(build('{"Entrypoint":["a"]}')).rejects.toThrow(/pipe is neither a file/);
    expect(await readdir(dataDir)).toEqual([]);
  });
});

it('takes two dots within a name', async () => {
  expect(await build('{"Entrypoint":["a"],"WorkingDir":"/a..b"}')).toMatchObject({ tag: 'a:1' });
});
