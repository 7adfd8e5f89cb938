import type { Citation } from './contract';
import { findNumbers } from './contacts';

/** A piece of an answer: words, a telephone number, or a mark that points to the n-th citation (from 0). */
export type Span =
  | { readonly type: 'words'; readonly text: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'mark'; readonly index: number };

/**
 * An answer as paragraphs of pieces. A model marks its statements with the numbers of its sources ("[4]"), and its
 * citations come in the order of their first mention; the marks are counted in that order.
 */
export function readAnswerText(
  text: string,
  citations: readonly Citation[],
): readonly (readonly Span[])[] {
  const order = new Map<string, number>();
  const readPiece = (piece: string): readonly Span[] => {
    const number = /^\[(\d+)\]$/.exec(piece)?.[1];
    if (number !== undefined) {
      const index = order.get(number) ?? order.size;
      order.set(number, index);
      return index < citations.length ? [{ type: 'mark', index }] : [];
    }
    return findNumbers(piece).map(({ text: words, isNumber }) => ({
      type: isNumber ? 'number' : 'words',
      text: words,
    }));
  };
  return text
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => paragraph.split(/(\[\d+\])/).flatMap(readPiece));
}

/**
 * What a follow-up question says when the diver takes it up: the offer "Would you also like to know about X (Y)?" is
 * answered with yes. Any other question is put to the diver, who must find his own words: `null`.
 */
export function acceptFollowUp(question: string): string | null {
  const about = /^Would you also like to know about (.+)\?$/.exec(question)?.[1];
  return about === undefined ? null : `Yes: ${about}`;
}
