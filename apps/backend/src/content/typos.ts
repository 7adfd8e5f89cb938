/** Edit distance in which two swapped neighbours count once (optimal string alignment). */
export function countTypos(word: string, key: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: key.length + 1 }, (_, column) => column);
  for (let row = 1; row <= word.length; row++) {
    const current = [row];
    for (let column = 1; column <= key.length; column++) {
      const isSame = word[row - 1] === key[column - 1];
      let best = Math.min(
        (current[column - 1] ?? 0) + 1,
        (last[column] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwapped = word[row - 1] === key[column - 2] && word[row - 2] === key[column - 1];
      if (isSwapped) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[key.length] ?? 0;
}

/** How many typing errors a word of this length may have and still be meant: short words are other words too soon. */
export function allowTypos(length: number): number {
  return length >= 10 ? 2 : length >= 5 ? 1 : 0;
}

/** Finds the known word that a misspelt one was meant to be. */
export class Speller {
  readonly #words: ReadonlySet<string>;
  readonly #byInitial = new Map<string, string[]>();

  constructor(words: Iterable<string>) {
    this.#words = new Set(words);
    for (const word of this.#words) {
      const initial = word.charAt(0);
      const others = this.#byInitial.get(initial);
      if (others) others.push(word);
      else this.#byInitial.set(initial, [word]);
    }
  }

  /**
   * The nearest known word, undefined if the word is known, too short or too far from all. The first letter counts as
   * right: people seldom miss that one.
   */
  mend(word: string): string | undefined {
    const most = allowTypos(word.length);
    if (most === 0 || this.#words.has(word)) return undefined;
    let best: string | undefined;
    let fewest = most + 1;
    for (const known of this.#byInitial.get(word.charAt(0)) ?? []) {
      if (known.length < 4 || Math.abs(known.length - word.length) >= fewest) continue;
      const typos = countTypos(word, known);
      if (typos < fewest) {
        fewest = typos;
        best = known;
      }
    }
    return best;
  }
}
