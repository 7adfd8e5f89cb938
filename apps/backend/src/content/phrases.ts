/** Finds known phrases in text: whole words, any case, with or without accents, singular or plural. */
export class Phrases<T> {
  readonly #byFirstWord = new Map<
    string,
    { readonly words: readonly string[]; readonly value: T }[]
  >();

  /** Makes a phrase known. One without a word is ignored. */
  add(phrase: string, value: T): void {
    const words = splitWords(phrase);
    const [first] = words;
    if (first === undefined) return;
    const known = this.#byFirstWord.get(first) ?? [];
    known.push({ words, value });
    this.#byFirstWord.set(first, known);
  }

  /** The values of all phrases in `text`, in the order they are mentioned, each as often as it is. */
  find(text: string): readonly T[] {
    const words = splitWords(text);
    return words.flatMap((first, at) =>
      (this.#byFirstWord.get(first) ?? [])
        .filter(({ words: phrase }) => phrase.every((word, offset) => words[at + offset] === word))
        .map(({ value }) => value),
    );
  }
}

/** Lower-case words without accents; a plural s is dropped, so that "tanks" finds "tank". */
function splitWords(text: string): readonly string[] {
  const words =
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return words.map((word) => (word.length > 3 ? word.replace(/(?<!s)s$/, '') : word));
}
