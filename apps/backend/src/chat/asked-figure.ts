import { listLevels } from '../content/levels.js';
import type { Passage } from '../content/passage.js';
import { isRelevant } from '../content/retrieval.js';

/**
 * Questions for a figure that safety hangs on. The best document by its words is not always the one with the right figure:
 * the notes on Advanced Open Water hold every word of "how deep may I go as an Open Water diver", and 30 metres. So the
 * passage that answers must begin with such a figure, and be about the level that was asked about.
 */
interface FigureKind {
  readonly asks: RegExp;
  /** Words of another question. */
  readonly isNot?: RegExp;
  /** What a sentence that answers holds. */
  readonly figure: RegExp;
  /** What the passage's title or heading must speak of. */
  readonly subject?: RegExp;
  /** Levels that go with the figure, whichever level was asked about. */
  readonly passes?: RegExp;
  /** Depends on the level: a question that names none is left to the kinds after it. */
  readonly isByLevel?: true;
  /** Asked about a place, it is the place's own: what the words find about it comes first. */
  readonly isOfPlaces?: true;
  /** Headings under which the figure stands for certain. */
  readonly prefers?: RegExp;
  /** What is looked up if the words of the question do not lead there. */
  readonly lookUp?: string;
}

const flight =
  '(?:flights?|fly|flying|flew|flown|planes?|airplanes?|land|landed|landing|arriv\\w+)';
const dive = '(?:dives?|diving|dived|dove)';

/** A flight first and then a dive: the other way round from what the no-fly times are about. */
const flightFirst = new RegExp(
  [
    `\\b${dive}\\b[^.?!]{0,40}\\bafter\\b[^.?!]{0,20}\\b${flight}\\b`,
    `\\bafter (?:(?!${dive})\\w+ ){0,4}${flight}\\b[^.?!]{0,60}\\b${dive}\\b`,
    `\\b${flight}(?: \\w+){0,3} (?:then|before)(?: \\w+){0,3} ${dive}\\b`,
    `\\bbetween (?:\\w+ ){0,3}${flight}[^.?!]{0,15} and (?:\\w+ ){0,3}${dive}\\b`,
    `^(?:arriving|landing|flight (?:lands|arrives)|we(?: are|'re) (?:arriving|landing))\\b[^.?!]*\\b${dive}\\b`,
    `\\b(?:i|we) (?:just )?(?:land|arrive|landed|arrived|flew|fly in)\\b[^.?!]*\\b${dive}\\b`,
    `\\b${dive}\\b[^.?!]*\\b(?:i|we) (?:land|arrive|fly in)\\b`,
  ].join('|'),
  'i',
);

/** Speaks of the way home as well: then the no-fly times are what must not be missed. */
const flightHome =
  /\b(?:fly|flying|flight|flights|plane|go|get|back) (?:back )?home\b|\bafter (?:my |our |the |a )?(?:last )?(?:dive|dives|diving)\b|\bbefore (?:my |our |the |a )?(?:return |next )?(?:flight|flying)\b|\breturn flight\b/i;

const noFly = 'flying after diving no-fly times';

const kinds: readonly FigureKind[] = [
  {
    asks: /\b(mod|maximum operating depth)\b|\bhow (deep|far down)\b.*\b(nitrox|eanx?|enriched air)\W?\d*|\b(nitrox|eanx?|enriched air)\W?\d*\b.*\bhow (deep|far down)\b/i,
    lookUp: 'nitrox maximum operating depth',
    figure: /\b\d+ metres\b/i,
    subject: /\boperating depth\b/i,
  },
  {
    asks: /\bhow (deep|far down)\b|\bdeep(er|est)\b|\bdepth\b|\bhow many (metres|meters|feet)\b|\b\d+ ?(m|metres|meters|ft|feet)\b/i,
    figure: /\b\d+ metres\b/i,
    isByLevel: true,
    prefers: /\bdepth limit\b/i,
  },
  {
    asks: /\bhow (deep|far down)\b.*\b(can|may|could|should|am|are|is|do)\b.*\b(i|we|you|one|too deep|beginners?|novices?|divers?|people|someone|allowed)\b|\bmax(imum)? (dive )?depth\W*$|\bmax(imum)? depth\b.*\b(recreational|divers?|beginners?|me|i)\b|^(and |so |ok |but )*how deep\W*$|\bdive (down )?to \d+ ?(m|metres?|meters?|ft|feet)\b/i,
    isNot:
      /\b(camera|computer|watch|torch|housing|free ?div\w*|snorkel\w*|breath|apn\w+|trimix|caves?|wrecks?|reefs?|holes?|altitude|pool|stops?|equali[sz]\w*|sites?|lake|regulator)\b/i,
    isOfPlaces: true,
    lookUp: 'depth limits at a glance',
    figure: /\b\d+ metres\b/i,
    subject: /\blimits at a glance\b/i,
  },
  {
    asks: /\b(can|may|could|should|is) (my|our|a|an|his|her)\b.*\b([4-9]|1[0-7])[- ]?(years?|yrs?|yo)\b/i,
    isNot: /\bhow (deep|far)\b|\bdepth\b/i,
    lookUp: 'children junior divers minimum age',
    figure: /\bfrom (the age of )?\d{1,2}\b(?! metres)/i,
    subject: /\b(children|junior)\b/i,
  },
  {
    asks: /\bhow (old|young)\b|\b(what|which|minimum|min|youngest|lowest) age\b|\bage (limit|requirement|minimum)\b|\bhow young\b/i,
    figure: /\bage\b[^.;]*?\b\d{1,2}\b|\bfrom (the age of )?\d{1,2}\b(?! metres)|\bbe \d{1,2}\b/i,
    // The youngest are juniors of the level.
    passes: /^junior/,
  },
  {
    asks: flightFirst,
    isNot: flightHome,
    lookUp: 'diving after a flight',
    figure: /\bno required waiting time\b/i,
    subject: /\bdiving after a flight\b/i,
  },
  {
    asks: /\bno-?fly\b|\b(fly|flying|flight|plane)\b.*\b(how|hours|when|wait|time|soon)\b|\b(how|hours|when|wait|time|soon|no)\b.*\b(fly|flying|flight|plane)\b/i,
    lookUp: noFly,
    figure: /\bat least \d+ hours\b/i,
    subject: /\bfl(y|ying|ight)\b/i,
  },
  {
    asks: /\b(fly|flying|flight|plane)\b.*\b(div(e|ed|es|ing)|tanks?)\b|\b(div(e|ed|es|ing)|tanks?)\b.*\b(fly|flying|flight|plane)\b/i,
    isNot:
      /\b(where|which|best|recommend\w*|costs?|prices?|cheap\w*|luggage|baggage|gear|equipment|bags?|visa|airlines?|knife|torch|batter\w+|book\w*|pack\w*)\b/i,
    isOfPlaces: true,
    lookUp: noFly,
    figure: /\bat least \d+ hours\b/i,
    subject: /\bfl(y|ying|ight)\b/i,
  },
];

/** What is asked, with what was said before: "and with Advanced?" takes up the question before it. */
export interface AskedFigure {
  readonly message: string;
  /** Earlier questions of the diver, oldest first. */
  readonly earlier: readonly string[];
  /** The level in the diver's profile, if he told. */
  readonly certificationLevel?: string | undefined;
}

/** Looks passages up for a text. */
export type Find = (text: string) => Promise<readonly Passage[]>;

/**
 * What is found for a message, with the passage that begins with the asked figure in front and marked as exact; just what
 * is found if no figure is asked for, or nothing answers. "Minimum age" is in many documents: where none of them is
 * about the level or subject, that is looked up alone.
 */
export async function findWithFigure(asked: AskedFigure, find: Find): Promise<readonly Passage[]> {
  const question = readQuestion(asked);
  const passages = await find(asked.message);
  if (!question) return passages;
  const lead = chooseLead(question, passages);
  if (lead) return [lead, ...passages.filter(({ body }) => body !== lead.body)];
  if (question.kind.isOfPlaces && passages[0]?.area === 'destinations') return passages;
  const subject = asked.message.toLowerCase().replaceAll(everyQuestion, ' ');
  const byItself = chooseLead(question, await find(question.kind.lookUp ?? subject));
  return byItself ? [byItself, ...passages] : passages;
}

function readQuestion(asked: AskedFigure): Question | undefined {
  const named = findLevels(asked);
  const kind = findKind(asked, named.length > 0);
  if (!kind) return undefined;
  // What has a subject of its own is the same for every level.
  const levels = kind.subject ? [] : named;
  return { kind, levels, words: splitWords(asked.message) };
}

function chooseLead(question: Question, passages: readonly Passage[]): Passage | undefined {
  if (!passages[0] || !isRelevant(passages[0])) return undefined;
  const [lead] = passages
    .map((passage) => ({ passage, fit: measureFit(question, passage) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit);
  return lead && { ...lead.passage, isExact: true };
}

const takesUp = /^(and|but|what about|how about|ok|so|then)\b/i;

function findKind({ message, earlier }: AskedFigure, hasLevel: boolean): FigureKind | undefined {
  const before = earlier.at(-1) ?? '';
  // "How deep?" is about what was spoken of.
  const about =
    message.split(/\s+/).length < standsAloneFromWords ? `${before} ${message}` : message;
  const asks = (text: string): FigureKind | undefined =>
    kinds.find(
      ({ asks: pattern, isNot, isByLevel }) =>
        pattern.test(text) && !isNot?.test(about) && (hasLevel || !isByLevel),
    );
  return asks(message) ?? (takesUp.test(message) ? asks(before) : undefined);
}

const standsAloneFromWords = 4;

function findLevels({ message, earlier, certificationLevel = '' }: AskedFigure): readonly string[] {
  const said = [message, earlier.at(-1) ?? '', certificationLevel].map(listLevels);
  return said.find((levels) => levels.length > 0) ?? [];
}

interface Question {
  readonly kind: FigureKind;
  readonly levels: readonly string[];
  readonly words: readonly string[];
}

/** How well a passage answers; 0 if it does not begin with a figure of that kind, about that level. */
function measureFit({ kind, levels, words }: Question, passage: Passage): number {
  const { title, heading, body } = passage;
  const about = `${title} ${heading}`;
  if (kind.subject && !kind.subject.test(about)) return 0;
  const allowed = (name: string): boolean =>
    levels.includes(name) || (kind.passes?.test(name) ?? false);
  const clause = splitClauses(body).find((text) => {
    const named = listLevels(text);
    const isOthers = levels.length > 0 && named.length > 0 && !named.some(allowed);
    return kind.figure.test(text) && !isOthers;
  });
  if (clause === undefined) return 0;
  const [level] = levels;
  const nearness = level === undefined ? 1 : measureLevel(level, allowed, [heading, clause, title]);
  if (nearness <= 0) return 0;
  const certainty = kind.prefers?.test(heading) ? 1 : 0;
  return nearness + certainty + share(words, about) + share(words, clause);
}

/** The share of the words that a text holds, 0 to 1. */
function share(words: readonly string[], text: string): number {
  const found = splitWords(text);
  return words.filter((word) => found.includes(word)).length / Math.max(1, words.length);
}

/** The nearer to the figure the level is named, and the fewer others with it, the better. */
function measureLevel(
  level: string,
  allowed: (name: string) => boolean,
  places: readonly string[],
): number {
  const weights = [3, 2, 1];
  return places.reduce((sum, place, index) => {
    const named = listLevels(place);
    const weight = weights[index] ?? 0;
    const others = named.filter((name) => !allowed(name)).length;
    return sum + (named.includes(level) ? weight : 0) - 0.6 * Math.min(others, 3);
  }, 0);
}

/** The parts of the first two sentences. */
function splitClauses(body: string): readonly string[] {
  const sentences = body.split(/(?<=[.!?]["”]?)\s+/).slice(0, 2);
  return sentences.flatMap((sentence) => sentence.split(/;\s+/));
}

/** Words of any such question: they tell nothing about what it is about. */
const everyQuestion =
  /\b(minimum|maximum|limits?|depths?|deep|metres|meters|years|hours|age|old|long|many|much|what|which|does|must|have|need|from|with|after|wait|the|and|how|can|may|for)\b/g;

/** Words of three letters or more, cut to a stem of six. */
function splitWords(text: string): readonly string[] {
  const words =
    text
      .toLowerCase()
      .replaceAll(everyQuestion, ' ')
      .match(/[a-z]{3,}|\d+/g) ?? [];
  return [...new Set(words.map((word) => word.slice(0, 6)))];
}
