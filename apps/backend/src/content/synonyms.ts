/**
 * Divers have many words for one thing. PostgreSQL's own synonym and thesaurus dictionaries are files on the database
 * server, which a managed database does not let one write; so a marker word for each group of synonyms is added to the
 * text before PostgreSQL sees it, in documents and questions alike. "BCD" and "buoyancy compensator" then share a lexeme.
 */
export class Synonyms {
  /** First word of a phrase → the phrases that begin with it, longest first. */
  readonly #phrases = new Map<
    string,
    { readonly words: readonly string[]; readonly marker: string }[]
  >();
  readonly #text: string;

  /** @param text one group per line, comma separated; lines that begin with # are comments. */
  constructor(text: string) {
    this.#text = text;
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .forEach((line, index) => {
        for (const phrase of line.split(',')) this.#add(splitWords(phrase), `syn${String(index)}x`);
      });
    for (const phrases of this.#phrases.values()) {
      phrases.sort((a, b) => b.words.length - a.words.length);
    }
  }

  /** The text the groups were read from: part of what the content's version is made of. */
  get text(): string {
    return this.#text;
  }

  #add(words: readonly string[], marker: string): void {
    const [first] = words;
    if (first === undefined) return;
    const phrases = this.#phrases.get(first) ?? [];
    phrases.push({ words, marker });
    this.#phrases.set(first, phrases);
  }

  /** The markers of the groups that `text` mentions, in order, each as often as it is mentioned. */
  findMarkers(text: string): readonly string[] {
    const words = splitWords(text);
    const markers: string[] = [];
    for (let at = 0; at < words.length; at++) {
      for (const { words: phrase, marker } of this.#phrases.get(words[at] ?? '') ?? []) {
        if (phrase.every((word, offset) => words[at + offset] === word)) markers.push(marker);
      }
    }
    return markers;
  }
}

/** Lower-case words without accents; a plural s is dropped, so that "tanks" finds "tank". */
function splitWords(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.map((word) => (word.length > 3 ? word.replace(/(?<!s)s$/, '') : word)) ?? []
  );
}
