// Assembles the image's files without Docker: `npm run image -w apps/backend -- --out <dir> [--version <v>] [--commit <c>]`.
// The same files go into the Dockerfile's last stage; here they are for cloud-run-local and for measuring their size.
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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

await build({
  absWorkingDir: backend,
  entryPoints: { server: 'src/server.ts', migrate: 'src/migrate.ts' },
  outdir: out,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minify: true,
  keepNames: true,
  sourcemap: true,
  legalComments: 'none',
  external: ['pg-native'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
// Node runs `.js` as an ES module only below a package.json that says so.
writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
cpSync(join(repository, 'content'), join(out, 'content'), {
  recursive: true,
  filter: (source) =>
    !source.includes(`${join('content', 'eval')}`) && !source.endsWith('README.md'),
});

/** The `config` part of an OCI image configuration: https://github.com/opencontainers/image-spec/blob/main/config.md */
const config = {
  Entrypoint: ['node', '--enable-source-maps', 'server.js'],
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
