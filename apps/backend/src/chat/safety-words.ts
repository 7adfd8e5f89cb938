/**
 * Word classes of the safety check, and the small pattern language its families are written in.
 *
 * A pattern is words between spaces: `<name>` is a word class, `~2` a gap of at most two words within the sentence, `?<name>`
 * a class that may be absent, anything else a regular expression for one word or, in brackets, several. Classes are written
 * once and combined, so that a phrasing nobody thought of is still found by its parts.
 */
const classes = {
  kin: 'buddy|buddies|friends?|freind|mates?|partners?|wife|husband|hubby|spouse|sons?|daughters?|dad|daddy|father|mom|mum|mama|mother|brothers?|sisters?|uncle|aunt|auntie|cousin|nephew|niece|kids?|child|children|boys?|girls?|man|woman|lady|guys?|dude|bloke|fella|girlfriend|boyfriend|gf|bf|fiancee?|students?|guests?|clients?|customers?|passengers?|divers?|freedivers?|snorkell?ers?|swimmers?|tourists?|instructors?|guides?|divemasters?|dm|captain|skipper|crew|deckhand|roommate|colleagues?|coworker|boss|teammates?|someone|somebody|persons?|people|victim|casualty|patient|grandpa|grandma|grandfather|grandmother|grandson|teenagers?|teen|newbie|beginner|(?:year|yr) old|pal|group member|trainee|other one|twin|neighbou?r|bro|sis|missus|fisherman|cameraman|photographer|leader|team',
  pron: 'i|he|she|we|they|me|him|her|us|them|myself|himself|herself|hes|shes|im|everyone|everybody',
  who: '<kin>|<pron>',
  poss: 'my|his|her|our|their',
  det: 'my|his|her|our|their|the|a|an|one|both|two|three|left|right|this|that|some|another|no|all',
  be: 'am|is|are|was|were|been|being|be|looks?|looked|looking|seems?|seemed|feels?|felt|feeling|went|goes|going|gone|turned|turning|turns|became|becoming|getting|got|gets|stays|remains|remained|lies|lying|laying|sounds?|sounded|keeps|still|s',
  adv: 'still|all|a|bit|little|rather|so|very|really|completely|totally|suddenly|now|just|slightly|quite|pretty|super|barely|partly|both|too|somewhat|extremely|weirdly|half|badly|of|almost|more|and|also|currently|again|not',
  not: 'not|no|never|cannot|hardly|barely|without|stopped|stops|nor|nothing|isnt|doesnt|wouldnt|quit',
  part: 'legs?|thighs?|cal(?:f|ves)|shins?|groin|ribs?|cheeks?|jaw|tongue|nose|sides?|half|arms?|forearm|hands?|fingers?|thumb|fingertips|foot|feet|toes?|knees?|elbows?|shoulders?|hips?|wrists?|ankles?|back|spine|neck|head|face|lips?|mouth|eyes?|eyelid|ears?|lungs?|chest|heart|belly|stomach|tummy|abdomen|skin|throat|joints?|muscles?|body|limbs?|waist|buttocks?|balls|bladder|torso|scalp|palms?|eardrums?|gut|collarbone|sternum|kidneys?|breastbone|extremities|lower half|upper body|articulation|ribcage|privates|bum|bottom|feelings in',
  pain: 'pains?|painful|hurts?|hurting|aches?|ached|aching|achey|achy|sore|soreness|agony|agonizing|excruciating|stabbing|throb\\w*|burns|burning|cramp\\w*|killing|stings|stiff\\w*|tender|discomfort|spasms?|unbearable|niggl\\w*|twinge',
  water: 'water|seawater|saltwater|sea|ocean|pool|lake|river|surface|waves?|surf|swell',
  numb: 'numb|numbness|numbing|tingl\\w*|pins and needles|prickl\\w*|fizz\\w*|ants|crawling|sparks|bubbly|tickling|static|electric\\w*|paraly\\w*|electric shocks?|dead feeling|hemiparesis|paraplegi\\w*',
  creature: '<deadly>|<critter>',
  critter:
    'jelly ?fish|jellies|box jelly\\w*|man o war|men of war|man of war|portuguese man|blue ?bottles?|irukandji|stone ?fish|lion ?fish|scorpion ?fish|scorpion|sting ?rays?|rays?|eagle ray|urchins?|cone (?:snail|shell)|conus|octopus|sea ?snake|snake|sharks?|bull shark|whites?|tiger shark|moray|eels?|barracuda|triggerfish|trigger fish|titan|crocodile|croc|sea lion|seal|crown of thorns|anemone|stingers?|hydroids?|weever|catfish|puffer ?fish|needlefish|fire ?worm|fire coral|stone fish|toadfish|grouper|orca|manta|sea wasp|nettles?',
  deadly:
    'box jelly\\w*|irukandji|man o war|men of war|man of war|portuguese man|stone ?fish|lion ?fish|scorpion ?fish|sting ?rays?|cone (?:snail|shell)|blue ringed octopus|sea ?snake|snake|sharks?|bull shark|white|tiger shark|crocodile|croc|moray|barracuda|sea lion|needlefish|sea wasp|crown of thorns|toadfish|stone fish|weever',
  harmed:
    'stung|stings?|stinging|bit|bite|bites|bitten|biting|stabbed|spiked|speared|attacked|attack|shocked|zapped|wrapped|pricked|jabbed|poked|pierced|punctured|spined|lashed|barbed|mauled|chomped|nailed|whipped',
  craft:
    'boat|propeller|prop|props|speedboat|jet ?ski|ferry|dinghy|zodiac|rib|tank|cylinder|ladder|anchor|engine|skiff|ship|vessel|liveaboard|compressor|longtail|outboard|motor|scooter|trawler|catamaran|dive boat|yacht|bangka|panga',
  stuck: 'trapped|stuck|entangled|tangled|caught|wedged|pinned|snagged|hooked|jammed|trap',
  trapPlace:
    'wreck|cave|cavern|nets?|lines?|kelp|rope|ropes|inside|under|underneath|anchor|fishing|cable|overhang|hull|propeller|silt|engine room|ladder|rocks|reef hook|crevice|hatch|monofilament|underwater|below|down there|bottom|ghost net',
  breathing:
    'breath|breathe|breathes|breathing|breaths|inhal\\w*|exhal\\w*|respiration|respirations',
  up: 'up|upwards|surface|top|above',
} as const;

type ClassName = keyof typeof classes;

/**
 * A sentence is tagged before it is searched: each word gets a slash and a letter for every class it belongs to ("wife/a").
 * So a class in a pattern is one letter instead of a hundred words: the expressions stay small enough for V8 to compile at
 * once (written out they took a second and a half on the first message).
 */
const letters = new Map(
  Object.keys(classes).map((name, index) => [name, String.fromCharCode(97 + index)]),
);

/** Some classes are made of others. */
const isCombined = (source: string): boolean => source.includes('<');

const members = Object.entries(classes).filter(([, source]) => !isCombined(source));
const wordTests = members.map(([name, source]) => ({
  letter: letters.get(name) ?? '',
  test: new RegExp(`^(?:${source.replaceAll(' ', '_')})$`),
}));
const phrases = members
  .flatMap(([, source]) => splitAlternatives(source))
  .filter((member) => member.includes(' '));
const joinedPhrases = new RegExp(`(?<= )(?:${phrases.join('|')})(?= )`, 'g');

/** The alternatives of an expression, cut where no bracket is open. */
function splitAlternatives(source: string): readonly string[] {
  return splitOutside(source, '|');
}

const tagsOfWord = new Map<string, string>();
const cachedWordsMax = 20_000;

/** A prepared sentence with the classes of its words. */
export function tagWords(sentence: string): string {
  return ` ${sentence
    .replace(joinedPhrases, (phrase) => phrase.replaceAll(' ', '_'))
    .trim()
    .split(' ')
    .map((word) => `${word}/${readTags(word)}`)
    .join(' ')} `;
}

function readTags(word: string): string {
  const cached = tagsOfWord.get(word);
  if (cached !== undefined) return cached;
  const tags = wordTests.map(({ letter, test }) => (test.test(word) ? letter : '')).join('');
  if (tagsOfWord.size < cachedWordsMax) tagsOfWord.set(word, tags);
  return tags;
}

/** The letters of a class, as part of a set of characters. */
function lettersOf(name: string): string {
  const source = classes[name as ClassName];
  if (!isCombined(source)) return letters.get(name) ?? '';
  return [...source.matchAll(/<(\w+)>/g)].map(([, part]) => lettersOf(part ?? '')).join('');
}

/** One word or several, of a tagged sentence: without the tags and the space behind the last one. */
function expand(source: string): string {
  return source.replace(/ ~(\d) | \?|<(\w+)>| /g, (found: string, gap?: string, name?: string) => {
    if (gap !== undefined) return `${endOfWord}${upToWords(gap)}`;
    if (name !== undefined) return `(?=[^ /]+/\\w*[${lettersOf(name)}])[^ /]+`;
    return found === ' ' ? endOfWord : `(?:${endOfWord})?`;
  });
}

const endOfWord = '/\\w* ';
const upToWords = (count: string): string => `(?:[^ ]+ ){0,${count}}?`;

/** One pattern as a regular expression over a tagged sentence. */
function compile(pattern: string): string {
  return splitOutside(pattern, ' ')
    .map((element) => {
      if (/^~\d$/.test(element)) return upToWords(element.slice(1));
      if (element.startsWith('(?!') || element.startsWith('(?<')) return expand(element);
      if (element === '?<adv>') return `(?:${expand('<adv>')}${endOfWord})*?`;
      const isOptional = element.startsWith('?');
      const source = `(?:${expand(isOptional ? element.slice(1) : element)})${endOfWord}`;
      return isOptional ? `(?:${source})?` : source;
    })
    .join('');
}

/** Cuts a text at each `separator` that is not within brackets. */
function splitOutside(text: string, separator: string): readonly string[] {
  const pieces: string[] = [];
  let depth = 0;
  let piece = '';
  for (const char of text) {
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (char === separator && depth === 0) {
      pieces.push(piece);
      piece = '';
    } else piece += char;
  }
  return [...pieces, piece].filter((each) => each !== '');
}

/** All patterns of a list as one expression. */
export function anyPattern(...patterns: readonly string[]): RegExp {
  return new RegExp(` (?:${patterns.map(compile).join('|')})`);
}

/** Several lists, one expression each: V8 compiles an expression of moderate size to machine code, a huge one it interprets. */
export class PatternGroup {
  readonly #expressions: readonly RegExp[];

  constructor(lists: readonly (readonly string[])[]) {
    this.#expressions = lists.map((patterns) => anyPattern(...patterns));
  }

  /** Whether any pattern of any list is in a tagged sentence. */
  test(sentence: string): boolean {
    return this.#expressions.some((expression) => expression.test(sentence));
  }
}

/** Joins expressions for text without tags to one; a long list of words is read more easily one group per line. */
export function anyOf(...alternatives: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${alternatives.join('|')})`);
}
