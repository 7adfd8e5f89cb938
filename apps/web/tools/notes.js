// Writes what DovvyBuddy knows (content/) as one small JSON file a note into public/notes, so that a citation can be opened.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const contentDir = join(here, '../../content');
const areas = ['certification', 'destinations', 'safety', 'general'];

/** The note in a content file; `content/README.md` has the form. @param {string} file @param {string} text */
function readNote(file, text) {
  const [, matter, markdown] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  if (matter === undefined) throw new Error(`${file} has no front matter between two lines "---"`);
  const { title, slug, summary, sources, reviewed } = parse(matter);
  for (const [name, value] of Object.entries({ title, slug, summary, sources, reviewed })) {
    if (value === undefined) throw new Error(`${file}: ${name} is missing in the front matter`);
  }
  const sections = markdown
    .split(/^## +/m)
    .slice(1)
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      return { heading: heading.trim(), body: lines.join('\n').trim() };
    });
  return { title, slug, summary, sections, sources, reviewed: String(reviewed) };
}

const out = join(here, 'public/notes');
mkdirSync(out, { recursive: true });
const old = new Set(readdirSync(out));
for (const area of areas) {
  for (const name of readdirSync(join(contentDir, area)).filter((each) => each.endsWith('.md'))) {
    const file = join(contentDir, area, name);
    const note = readNote(`content/${area}/${name}`, readFileSync(file, 'utf8'));
    writeFileSync(join(out, `${note.slug}.json`), JSON.stringify(note));
    old.delete(`${note.slug}.json`);
  }
}
for (const name of old) rmSync(join(out, name), { force: true });
