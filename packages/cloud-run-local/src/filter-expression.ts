/**
 * The filter language Cloud Monitoring and Cloud Logging share: comparisons joined by AND, OR, NOT and
 * parentheses; two comparisons side by side are joined by AND.
 * https://google.aip.dev/160, https://cloud.google.com/monitoring/api/v3/filters
 *
 * A recursive descent parser: the grammar has four rules, and its errors can say where they are. What a
 * field means is the caller's business.
 */
import { invalidArgument } from './api/api-error.js';

/** Whether a subject passes. */
export type Predicate<Subject> = (subject: Subject) => boolean;

/** What the caller knows of fields. */
export interface FilterLanguage<Subject> {
  /** How to read a field; throws for one that does not exist. A label that is absent reads as undefined. */
  readonly reader: (field: string) => (subject: Subject) => string | undefined;
  /** Told of every `field = "value"`. */
  readonly onEquality?: (field: string, value: string) => void;
  /** The place of a value in its order, for `<` and `>`; numbers by default. */
  readonly rank?: (field: string, value: string) => number;
}

type Test = (value: string) => boolean;

const tokenPattern =
  /\s*(?:("(?:[^"\\]|\\.)*")|(>=|<=|!=|[=<>:(),])|(-?[A-Za-z0-9_.*/-]+(?:(?<=\.)"[^"]*")?))/y;

const symbolPattern = /^[=<>:(),!]/;

function tokenize(text: string): readonly string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.trimEnd().length) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (match === null) {
      throw invalidArgument(`filter: cannot read '${text.slice(at, at + 20)}' at position ${at}.`);
    }
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

/** A quoted text without its quotes. */
export function unquote(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token;
}

function fullMatch([source = '']: readonly string[]): Test {
  try {
    const pattern = new RegExp(`^(?:${source})$`);
    return (value) => pattern.test(value);
  } catch {
    throw invalidArgument(`filter: '${source}' is no regular expression.`);
  }
}

// Maps, because a filter may name anything, also what every object has, such as `constructor`.
const functions: ReadonlyMap<string, (args: readonly string[]) => Test> = new Map([
  [
    'starts_with',
    ([text = '']: readonly string[]) =>
      (value: string) =>
        value.startsWith(text),
  ],
  [
    'ends_with',
    ([text = '']: readonly string[]) =>
      (value: string) =>
        value.endsWith(text),
  ],
  [
    'has_substring',
    ([text = '']: readonly string[]) =>
      (value: string) =>
        value.includes(text),
  ],
  ['one_of', (args: readonly string[]) => (value: string) => args.includes(value)],
  ['monitoring.regex.full_match', fullMatch],
]);

const orderings: ReadonlyMap<string, (value: number, bound: number) => boolean> = new Map([
  ['>', (value: number, bound: number) => value > bound],
  ['<', (value: number, bound: number) => value < bound],
  ['>=', (value: number, bound: number) => value >= bound],
  ['<=', (value: number, bound: number) => value <= bound],
]);

/** Parentheses and NOTs within one another; nobody writes that many, and a stack has an end. */
const depthMax = 200;

class Parser<Subject> {
  readonly #tokens: readonly string[];
  readonly #language: FilterLanguage<Subject>;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[], language: FilterLanguage<Subject>) {
    this.#tokens = tokens;
    this.#language = language;
  }

  parse(): Predicate<Subject> {
    const predicate = this.#disjunction();
    if (this.#at < this.#tokens.length) throw this.#unexpected('the end');
    return predicate;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw invalidArgument('filter: ends too early.');
    this.#at += 1;
    return token;
  }

  #unexpected(wanted: string, found = this.#peek() ?? 'the end'): Error {
    return invalidArgument(`filter: found '${found}', wanted ${wanted}.`);
  }

  /** The next token, which is no operator, parenthesis or comma. */
  #nextWord(wanted: string): string {
    const token = this.#next();
    if (symbolPattern.test(token)) throw this.#unexpected(wanted, token);
    return token;
  }

  #disjunction(): Predicate<Subject> {
    let left = this.#conjunction();
    while (this.#peek() === 'OR') {
      this.#at += 1;
      const [a, b] = [left, this.#conjunction()];
      left = (subject) => a(subject) || b(subject);
    }
    return left;
  }

  #conjunction(): Predicate<Subject> {
    let left = this.#term();
    for (;;) {
      const token = this.#peek();
      if (token === undefined || token === 'OR' || token === ')') return left;
      if (token === 'AND') this.#at += 1;
      const [a, b] = [left, this.#term()];
      left = (subject) => a(subject) && b(subject);
    }
  }

  #term(): Predicate<Subject> {
    this.#depth += 1;
    if (this.#depth > depthMax) throw invalidArgument('filter: is nested too deeply.');
    const predicate = this.#readTerm();
    this.#depth -= 1;
    return predicate;
  }

  #readTerm(): Predicate<Subject> {
    const token = this.#next();
    if (token === 'NOT') {
      const inner = this.#term();
      return (subject) => !inner(subject);
    }
    if (token === '(') {
      const inner = this.#disjunction();
      if (this.#peek() !== ')') throw this.#unexpected("')'");
      this.#at += 1;
      return inner;
    }
    if (symbolPattern.test(token)) throw this.#unexpected('a field', token);
    return this.#comparison(token);
  }

  #comparison(field: string): Predicate<Subject> {
    const read = this.#language.reader(field);
    const test = this.#test(this.#next(), field);
    // A label that is absent compares as the empty text, and so differs from every other.
    return (subject) => test(read(subject) ?? '');
  }

  #test(operator: string, field: string): Test {
    const operand = this.#nextWord('a value');
    if (this.#peek() === '(') {
      const test = this.#call(operand);
      return operator === '!=' ? (value) => !test(value) : test;
    }
    const wanted = unquote(operand);
    if (operator === '=') {
      this.#language.onEquality?.(field, wanted);
      return (value) => value === wanted;
    }
    if (operator === '!=') return (value) => value !== wanted;
    if (operator === ':') return (value) => value.includes(wanted);
    const order = orderings.get(operator);
    if (order === undefined) throw invalidArgument(`filter: '${operator}' is no comparison.`);
    const rank = this.#language.rank ?? ((_field, value) => Number(value));
    const bound = rank(field, wanted);
    if (Number.isNaN(bound)) {
      throw invalidArgument(`filter: '${wanted}' has no place in the order of '${field}'.`);
    }
    return (value) => order(rank(field, value), bound);
  }

  #call(name: string): Test {
    const make = functions.get(name);
    if (make === undefined) throw invalidArgument(`filter: there is no function '${name}'.`);
    const args: string[] = [];
    this.#at += 1;
    while (this.#peek() !== ')') {
      args.push(unquote(this.#next()));
      if (this.#peek() === ',') this.#at += 1;
    }
    this.#at += 1;
    return make(args);
  }
}

/**
 * Reads a filter.
 * @throws ApiError INVALID_ARGUMENT saying what could not be read.
 */
export function parseExpression<Subject>(
  text: string,
  language: FilterLanguage<Subject>,
): Predicate<Subject> {
  return new Parser(tokenize(text), language).parse();
}
