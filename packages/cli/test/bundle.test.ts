/** What `ascent` loads late lies beside it, so that a command which does not need it starts fast. */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';

const dist = join(import.meta.dirname, '../dist');

describe('the bundle of ascent', () => {
  test.each([
    ['fastify', ['default']],
    ['fastify-static', ['default']],
    ['google-auth-library', ['GoogleAuth', 'OAuth2Client']],
    ['nodemailer', ['createTransport']],
    ['undici', ['Agent', 'fetch']],
  ])('loads %s from a file of its own, with the names that are used', async (name, names) => {
    const text = await readFile(join(dist, 'ascent.js'), 'utf8');
    expect(text).toContain(`import("./${name}.js")`);
    const { stdout } = spawnSync(
      process.execPath,
      [
        '-e',
        `import(process.argv[1]).then((all) => console.log(JSON.stringify(Object.keys(all))))`,
        pathToFileURL(join(dist, `${name}.js`)).href,
      ],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(names));
  });
});
