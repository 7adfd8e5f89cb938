import { parse } from 'yaml';
import { z } from 'zod';

/** The fields of diving knowledge that documents and agents are grouped by. */
export const areas = ['certification', 'destinations', 'safety', 'general'] as const;

const frontMatterSchema = z.object({
  title: z.string().min(1),
  slug: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  area: z.enum(areas),
  summary: z.string().min(1),
  keywords: z.array(z.coerce.string()).min(1),
  agencies: z.array(z.string()).default([]),
  region: z.string().optional(),
  season: z.string().optional(),
  level: z.string().optional(),
  sites: z.array(z.coerce.string()).default([]),
  sources: z.array(z.string()).min(1),
  reviewed: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-11-22'),
});

/** One passage: a section of a document, quoted whole in answers. */
export interface Section {
  readonly heading: string;
  readonly body: string;
}

/** One Markdown file of `content/`. */
export interface Document extends Readonly<z.infer<typeof frontMatterSchema>> {
  readonly sections: readonly Section[];
}

/** Thrown when a content file is not in the agreed form; the message names the file and the field. */
export class ContentError extends Error {
  override readonly name = 'ContentError';
}

/** Parses one content file. Throws a {@link ContentError} that names the file and every fault. */
export function parseDocument(file: string, text: string): Document {
  const match = /^---\n(?<matter>[\s\S]*?)\n---\n(?<markdown>[\s\S]*)$/.exec(
    text.replaceAll('\r\n', '\n'),
  );
  if (!match?.groups)
    throw new ContentError(`${file} does not begin with front matter between two lines "---"`);
  const { matter = '', markdown = '' } = match.groups;
  const parsed = frontMatterSchema.safeParse(parseYaml(file, matter));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    throw new ContentError(`${file}: ${faults.join('; ')}`);
  }
  const sections = splitSections(markdown);
  if (sections.length === 0)
    throw new ContentError(`${file} has no section (a line that begins with "## ")`);
  return { ...parsed.data, sections };
}

function parseYaml(file: string, matter: string): unknown {
  try {
    return parse(matter);
  } catch (cause) {
    throw new ContentError(`${file}: the front matter is not YAML: ${String(cause)}`, { cause });
  }
}

function splitSections(markdown: string): Section[] {
  return markdown
    .split(/^## +/m)
    .slice(1)
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      return { heading: heading.trim(), body: lines.join('\n').trim() };
    })
    .filter(({ body }) => body !== '');
}
