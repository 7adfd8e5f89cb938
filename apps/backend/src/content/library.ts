import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document } from './document.js';
import type { LibraryFile } from './library-file.js';
import { createVocabulary, type Vocabulary } from './vocabulary.js';

/** Everything DovvyBuddy knows. */
export interface Library {
  readonly documents: readonly Document[];
  readonly vocabulary: Vocabulary;
  /** Changes when any word of the content changes, and when the way of indexing changes. */
  readonly hash: string;
}

/** The file that the image holds instead of the Markdown; see `compileLibrary`. */
export const libraryFileName = 'library.json';

/**
 * Reads what is in a content folder: the compiled library of an image, or else the Markdown itself. Parsing a hundred
 * documents' front matter takes a third of a cold start, so an image does it once, when it is built.
 */
export async function readLibrary(folder: string): Promise<Library> {
  const { documents, synonyms, hash } = await readLibraryFile(folder);
  return { documents, hash, vocabulary: createVocabulary(synonyms, documents) };
}

async function readLibraryFile(folder: string): Promise<LibraryFile> {
  const compiled = await readFile(join(folder, libraryFileName), 'utf8').catch(() => undefined);
  if (compiled !== undefined) return JSON.parse(compiled) as LibraryFile;
  const { compileLibrary } = await import('./library-compiler.js');
  return compileLibrary(folder);
}
