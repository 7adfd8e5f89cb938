/** A fingerprint of a history: equal histories have equal ones, and a difference anywhere changes it. */

const PRIME = 16_777_619;

/** Two 32-bit FNV-1a hashes, the second over the text backwards (http://www.isthe.com/chongo/tech/comp/fnv/). */
export class Fingerprint {
  #forwards = 2_166_136_261;
  #backwards = 2_166_136_261;

  /** Adds one line. */
  add(line: string): void {
    for (let i = 0; i < line.length; i += 1) {
      this.#forwards = Math.imul(this.#forwards ^ line.charCodeAt(i), PRIME);
      this.#backwards = Math.imul(this.#backwards ^ line.charCodeAt(line.length - 1 - i), PRIME);
    }
    this.#forwards = Math.imul(this.#forwards ^ 10, PRIME);
    this.#backwards = Math.imul(this.#backwards ^ 10, PRIME);
  }

  /** Sixteen hexadecimal digits. */
  toString(): string {
    return [this.#forwards, this.#backwards]
      .map((hash) => (hash >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }
}
