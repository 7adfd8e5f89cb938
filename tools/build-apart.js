// An esbuild plugin: a package that is loaded late (`import('nodemailer')`) becomes a file of its own beside the bundle, so
// that a command which does not need it does not parse it. Not esbuild's own splitting: with that, a CommonJS package
// loaded late has lost its named exports; here each of them is named, as Node itself finds them.
import { build } from 'esbuild';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The plugin. `options` build the files; they are written beside the bundle under their package's name. */
export function loadedApart(options) {
  return {
    name: 'loaded-apart',
    setup({ onResolve, resolve, initialOptions: { absWorkingDir, outfile } }) {
      const dir = join(absWorkingDir, dirname(outfile));
      const built = new Map();
      onResolve(
        { filter: /^(@[a-z-]+\/)?[a-z][a-z0-9.-]*$/ },
        async ({ kind, path, resolveDir }) => {
          if (kind !== 'dynamic-import' || path.startsWith('@ascent/')) return undefined;
          const name = `${path.replace('@', '').replace('/', '-')}.js`;
          if (!built.has(name)) {
            const { path: file } = await resolve(path, { kind: 'import-statement', resolveDir });
            built.set(name, buildOne({ file, outfile: join(dir, name) }, options));
          }
          await built.get(name);
          return { path: `./${name}`, external: true };
        },
      );
    },
  };
}

async function buildOne({ file, outfile }, options) {
  const found = Object.keys(await import(pathToFileURL(file).href));
  const names = found.filter((name) => name !== '__esModule' && name !== 'module.exports');
  const contents = `export { ${names.join(', ')} } from ${JSON.stringify(file)};\n`;
  await build({ ...options, stdin: { contents, resolveDir: dirname(file) }, outfile });
}
