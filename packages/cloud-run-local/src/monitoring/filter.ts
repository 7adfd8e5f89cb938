/**
 * Monitoring filters: comparisons joined by AND, OR, NOT and parentheses; two comparisons side by side are
 * joined by AND. https://cloud.google.com/monitoring/api/v3/filters
 *
 * A recursive descent parser: the grammar has four rules, and its errors can say where they are.
 */
import { invalidArgument } from '../api/api-error.js';

/** What a filter is asked about. */
export interface FilterSubject {
  readonly metricType: string;
  readonly resourceType: string;
  readonly metricLabels: Readonly<Record<string, string>>;
  readonly resourceLabels: Readonly<Record<string, string>>;
}

/** A parsed filter. */
export interface Filter {
  /** The one `metric.type` the filter must name. */
  readonly metricType: string;
  readonly matches: (subject: FilterSubject) => boolean;
}

type Predicate = (subject: FilterSubject) => boolean;
type Test = (value: string) => boolean;

const tokenPattern =
  /\s*(?:("(?:[^"\\]|\\.)*")|(>=|<=|!=|[=<>:(),])|(-?[A-Za-z0-9_.*/-]+(?:\."[^"]*")?))/y;

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

function unquote(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token;
}

function fieldReader(field: string): (subject: FilterSubject) => string | undefined {
  if (field === 'metric.type') return (subject) => subject.metricType;
  if (field === 'resource.type') return (subject) => subject.resourceType;
  if (field === 'project') return (subject) => subject.resourceLabels['project_id'];
  const label = /^(metric|resource)\.labels?\.(.+)$/.exec(field);
  if (label === null) {
    throw invalidArgument(
      `filter: '${field}' is no field; use metric.type, resource.type, metric.labels.NAME or resource.labels.NAME.`,
    );
  }
  const name = unquote(label[2] ?? '');
  return label[1] === 'metric'
    ? (subject) => subject.metricLabels[name]
    : (subject) => subject.resourceLabels[name];
}

const functions: Readonly<Record<string, (args: readonly string[]) => Test>> = {
  starts_with:
    ([text = '']) =>
    (value) =>
      value.startsWith(text),
  ends_with:
    ([text = '']) =>
    (value) =>
      value.endsWith(text),
  has_substring:
    ([text = '']) =>
    (value) =>
      value.includes(text),
  one_of: (args) => (value) => args.includes(value),
  'monitoring.regex.full_match': ([source = '']) => {
    const pattern = new RegExp(`^(?:${source})$`);
    return (value) => pattern.test(value);
  },
};

const orderings: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '>': (value, bound) => value > bound,
  '<': (value, bound) => value < bound,
  '>=': (value, bound) => value >= bound,
  '<=': (value, bound) => value <= bound,
};

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;
  metricType: string | undefined;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  parse(): Predicate {
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

  #unexpected(wanted: string): Error {
    return invalidArgument(`filter: found '${this.#peek() ?? 'the end'}', wanted ${wanted}.`);
  }

  #disjunction(): Predicate {
    let left = this.#conjunction();
    while (this.#peek() === 'OR') {
      this.#at += 1;
      const [a, b] = [left, this.#conjunction()];
      left = (subject) => a(subject) || b(subject);
    }
    return left;
  }

  #conjunction(): Predicate {
    let left = this.#term();
    for (;;) {
      const token = this.#peek();
      if (token === undefined || token === 'OR' || token === ')') return left;
      if (token === 'AND') this.#at += 1;
      const [a, b] = [left, this.#term()];
      left = (subject) => a(subject) && b(subject);
    }
  }

  #term(): Predicate {
    const token = this.#next();
    if (token === 'NOT') {
      const inner = this.#term();
      return (subject) => !inner(subject);
    }
    if (token === '(') {
      const inner = this.#disjunction();
      if (this.#next() !== ')') throw this.#unexpected("')'");
      return inner;
    }
    return this.#comparison(token);
  }

  #comparison(field: string): Predicate {
    const read = fieldReader(field);
    const operator = this.#next();
    const test = this.#test(operator, field);
    // A label that is absent compares as the empty text, and so differs from every other.
    return (subject) => test(read(subject) ?? '');
  }

  #test(operator: string, field: string): Test {
    const operand = this.#next();
    if (this.#peek() === '(') {
      const test = this.#call(operand);
      return operator === '!=' ? (value) => !test(value) : test;
    }
    const wanted = unquote(operand);
    if (operator === '=' && field === 'metric.type') this.#noteMetricType(wanted);
    if (operator === '=') return (value) => value === wanted;
    if (operator === '!=') return (value) => value !== wanted;
    if (operator === ':') return (value) => value.includes(wanted);
    const order = orderings[operator];
    if (order === undefined) throw invalidArgument(`filter: '${operator}' is no comparison.`);
    return (value) => order(Number(value), Number(wanted));
  }

  #call(name: string): Test {
    const make = functions[name];
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

  #noteMetricType(type: string): void {
    if (this.metricType !== undefined && this.metricType !== type) {
      throw invalidArgument('filter: must name exactly one metric.type.');
    }
    this.metricType = type;
  }
}

/**
 * Reads a filter of `timeSeries.list`.
 * @throws ApiError INVALID_ARGUMENT saying what could not be read.
 */
export function parseFilter(text: string): Filter {
  const parser = new Parser(tokenize(text));
  const matches = parser.parse();
  if (parser.metricType === undefined) {
    throw invalidArgument(
      'filter: must name exactly one metric type, such as metric.type="run.googleapis.com/request_count".',
    );
  }
  return { metricType: parser.metricType, matches };
}
