import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { areas, ContentError, parseDocument, type Document } from './document.js';
import type { LibraryFile } from './library-file.js';

/** Raised by hand when the index is built differently, so that the same content is indexed anew. */
const indexVersion = 2;

/** Reads a folder of Markdown. Throws a {@link ContentError} naming every file that is not in the agreed form. */
export async function compileLibrary(folder: string): Promise<LibraryFile> {
  const files = await listDocuments(folder);
  if (files.length === 0) {
    throw new ContentError(
      `${folder} holds no documents (<area>/<slug>.md); is CONTENT_DIR right?`,
    );
  }
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const synonyms = await readFile(join(folder, 'synonyms.txt'), 'utf8').catch(() => '');
  const documents = parseAll(files, texts);
  const digest = createHash('sha256').update(`${String(indexVersion)}\n${synonyms}\n`);
  files.forEach((file, index) => digest.update(`${file}\n${texts[index] ?? ''}\n`));
  return { documents, synonyms, hash: digest.digest('hex') };
}

async function listDocuments(folder: string): Promise<string[]> {
  const lists = await Promise.all(
    areas.map(async (area) => {
      const names = await readdir(join(folder, area)).catch(() => []);
      return names.filter((name) => name.endsWith('.md')).map((name) => `${area}/${name}`);
    }),
  );
  return lists.flat().sort();
}

function parseAll(files: readonly string[], texts: readonly string[]): Document[] {
  const faults: string[] = [];
  const documents: Document[] = [];
  files.forEach((file, index) => {
    try {
      const document = parseDocument(file, texts[index] ?? '');
      if (file !== `${document.area}/${document.slug}.md`) {
        faults.push(
          `${file} says area ${document.area} and slug ${document.slug}, which is another file's name`,
        );
      }
      documents.push(document);
    } catch (error) {
      if (!(error instanceof ContentError)) throw error;
      faults.push(error.message);
    }
  });
  if (faults.length > 0) throw new ContentError(faults.join('\n'));
  return documents;
}
