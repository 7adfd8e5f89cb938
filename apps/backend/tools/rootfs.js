// Puts the image's root file system together without Docker and says how big it is: `npm run rootfs -w apps/backend -- --out <dir>`.
// Node, the libraries it is linked to, certificates and the application, as the distroless base image has them.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const backend = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(backend, 'dist', 'rootfs') },
    version: { type: 'string', default: '0.0.0-dev' },
    commit: { type: 'string', default: 'unknown' },
  },
});
const out = resolve(process.env.INIT_CWD ?? process.cwd(), values.out);
const marker = join(out, '.dovvybuddy-rootfs');
if (existsSync(out) && !existsSync(marker)) {
  process.stderr.write(`${out} exists and was not made by this script; choose another --out.\n`);
  process.exit(2);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
writeFileSync(marker, '');

/** Copies a file to the same place below the root, and what its name points to if it is a link. */
function add(file) {
  const target = join(out, file);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(file), target);
}

const node = realpathSync(process.execPath);
mkdirSync(join(out, 'nodejs', 'bin'), { recursive: true });
copyFileSync(node, join(out, 'nodejs', 'bin', 'node'));
const libraries = execFileSync('ldd', [node], { encoding: 'utf8' }).match(/\/\S+\.so\S*/g) ?? [];
libraries.forEach(add);
for (const file of ['/etc/ssl/certs/ca-certificates.crt', '/etc/nsswitch.conf'].filter(existsSync))
  add(file);
writeFileSync(
  join(out, 'etc', 'passwd'),
  'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
);
const app = join(out, 'app');
execFileSync(
  process.execPath,
  [
    join(backend, 'tools', 'image.js'),
    '--out',
    app,
    '--version',
    values.version,
    '--commit',
    values.commit,
  ],
  { stdio: 'ignore' },
);
cpSync(join(app, 'image.json'), join(out, 'image.json'));

function measure(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + measure(join(path, name)), 0);
}
const compressed = Number(
  execFileSync('sh', ['-c', 'tar -C "$0" -c . | gzip -6 | wc -c', out], { encoding: 'utf8' }),
);
process.stdout.write(
  `${JSON.stringify({ out, bytes: measure(out), compressedBytes: compressed, applicationBytes: measure(app), node: process.version })}\n`,
);
