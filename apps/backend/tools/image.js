// Assembles the image's files without Docker: `npm run image -w apps/backend -- --out <dir> [--version <v>] [--commit <c>]`.
// The same files go into the Dockerfile's last stage; here they are for cloud-run-local and for measuring their size.
import { build } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const backend = dirname(dirname(fileURLToPath(import.meta.url)));
const repository = dirname(dirname(backend));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(backend, 'dist', 'image') },
    version: { type: 'string', default: '0.0.0-dev' },
    commit: { type: 'string', default: 'unknown' },
  },
});
const out = resolve(process.env.INIT_CWD ?? process.cwd(), values.out);
if (existsSync(out) && !existsSync(join(out, 'image.json'))) {
  process.stderr.write(`${out} exists and is not an image folder of ours; choose another --out.\n`);
  process.exit(2);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// Some CommonJS dependencies call require(); an ES module has none unless it is made.
const banner = {
  js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
};

const { metafile } = await build({
  absWorkingDir: repository,
  metafile: true,
  entryPoints: {
    server: 'apps/backend/src/server.ts',
    migrate: 'apps/backend/src/migrate.ts',
  },
  // What only some deployments use (Sentry, the model SDK) lies in files of its own and costs the others nothing.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  outdir: out,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Not minified and without source maps: stack traces are readable as they are, and a map of 13 MB costs 60 MB of memory.
  legalComments: 'none',
  external: ['pg-native'],
  banner,
  logLevel: 'warning',
});
// Node runs `.js` as an ES module only below a package.json that says so.
writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
mkdirSync(join(out, 'content'));
const { compileLibrary } = await importBuilt('apps/backend/src/content/library-compiler.ts');
const library = await compileLibrary(join(repository, 'content'));
writeFileSync(join(out, 'content', 'library.json'), JSON.stringify(library));

const sbom = describeBundles(metafile, { root: repository, version: values.version });
writeFileSync(join(out, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);

/** The `config` part of an OCI image configuration: https://github.com/opencontainers/image-spec/blob/main/config.md */
const config = {
  Entrypoint: ['node', 'server.js'],
  Env: [
    'NODE_ENV=production',
    'HOST=0.0.0.0',
    'PORT=8000',
    'CONTENT_DIR=./content',
    `VERSION=${values.version}`,
    `COMMIT=${values.commit}`,
  ],
  WorkingDir: '/app',
  ExposedPorts: { '8000/tcp': {} },
  User: '1000:1000',
};
writeFileSync(join(out, 'image.json'), `${JSON.stringify(config, null, 2)}\n`);
process.stdout.write(`${out}\n`);

/**
 * What is inside the bundles, as a CycloneDX document: read from esbuild's own account of its inputs, so that it names
 * the packages that are shipped, and not all those that happen to be installed.
 */
function describeBundles(metafile, { root, version }) {
  const folders = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (match) folders.add(match[0]);
  }
  const components = [...folders].map((folder) => {
    const {
      name,
      version: packageVersion,
      license,
    } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return {
      type: 'library',
      name,
      version: packageVersion,
      purl: `pkg:npm/${name.replace('@', '%40')}@${packageVersion}`,
      ...(typeof license === 'string' && { licenses: [{ license: { name: license } }] }),
    };
  });
  const unique = new Map(components.map((component) => [component.purl, component]));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name: 'dovvybuddy-backend', version } },
    components: [...unique.values()].sort((a, b) => a.purl.localeCompare(b.purl)),
  };
}

/** Imports what a source file has become: Node does not read TypeScript, but the bundle of it is there already. */
function importBuilt(source) {
  const [file] = Object.entries(metafile.outputs).find(
    ([, { entryPoint }]) => entryPoint === source,
  );
  return import(pathToFileURL(join(repository, file)).href);
}
