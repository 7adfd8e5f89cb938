// After `next build`: names the inline scripts of the static pages in the content security policy, by their hashes, where
// next.config.js had to allow any. Without this step the page works, but a script that somebody smuggled in would too.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(here, process.env.WEB_DIST_DIR ?? '.next');
const pages = join(dist, 'server/pages');

const hashes = new Set();
for (const name of readdirSync(pages).filter((each) => each.endsWith('.html'))) {
  const html = readFileSync(join(pages, name), 'utf8');
  for (const [, attributes, body] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
    if (/\bsrc=|type="application\/json"/.test(attributes)) continue;
    hashes.add(`'sha256-${createHash('sha256').update(body).digest('base64')}'`);
  }
}

const file = join(dist, 'routes-manifest.json');
const manifest = readFileSync(file, 'utf8');
if (!manifest.includes("script-src 'self' 'unsafe-inline'")) {
  throw new Error(
    `${file} does not have the policy of next.config.js; is this Next.js another one?`,
  );
}
writeFileSync(file, manifest.replaceAll("'unsafe-inline'", [...hashes].join(' ')));
