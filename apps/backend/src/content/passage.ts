import type { areas } from './document.js';

/** A passage that was found for a question. */
export interface Passage {
  readonly slug: string;
  readonly area: (typeof areas)[number];
  readonly title: string;
  readonly summary: string;
  /** 0 is the document's summary, sections follow. */
  readonly position: number;
  readonly heading: string;
  readonly body: string;
  /** BM25 of the passage, and of its document by the best passage for each word. Higher is better; no upper bound. */
  readonly passageScore: number;
  readonly documentScore: number;
  /** Share of the question's words (stop words apart) that the document holds, 0 to 1. */
  readonly coverage: number;
  /** Cosine between passage and question, where vectors found it. */
  readonly similarity?: number;
  /** Where both lists were fused (see `fuse`): the passage's score. The BM25 scores then say nothing about the order. */
  readonly fusedScore?: number;
  /** Begins with the very figure that was asked for (see `findWithFigure`). */
  readonly isExact?: true;
}
