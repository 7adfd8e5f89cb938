import type { Document } from './document.js';

/** A library as it is written to a file. */
export interface LibraryFile {
  readonly documents: readonly Document[];
  readonly synonyms: string;
  readonly hash: string;
}
