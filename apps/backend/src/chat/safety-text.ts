import { countTypos } from '../content/typos.js';

/**
 * Prepares a message for the safety check: what people type in a hurry (no apostrophes, no accents, typing errors,
 * capitals) becomes plain words between single spaces, and the end of a sentence a dot between spaces.
 */

/** Written-out forms of what is said in a hurry; the apostrophe may be missing. */
const shortForms: readonly (readonly [RegExp, string])[] = [
  [/\bcan ?'?t\b|\bcan not\b|\bcannt\b|\bcoul?d(?:n'?t| not)\b|\b(?:un|not )able to\b/g, 'cannot'],
  [/\bwon'?t\b/g, 'will not'],
  [/\bain'?t\b/g, 'is not'],
  [/\b(is|are|was|were|do|does|did|has|have|had|should|would)n'?t\b/g, '$1 not'],
  [/\bi'?m\b|\bi am\b/g, 'i am'],
  [/\b(he|she|it|there|who|what|that|where|everyone|someone|somebody|nobody)'s\b/g, '$1 is'],
  // "my buddy's unconscious" and "my buddy's phone": the s stands alone, and may be "is".
  [/\b(\w+)'s\b/g, '$1 s'],
  [/\b(he|she|there)s\b/g, '$1 is'],
  [
    /\b(?:can|could) (?:hardly|barely|scarcely|no longer|not really|only just)\b|\bstruggl(?:e|es|ed|ing) to\b|\b(?:hardly|barely) able to\b/g,
    'cannot',
  ],
  [/\bpins (?:n|an|&|en) /g, 'pins and '],
  [/\bw\/(?= |\w)/g, 'with '],
  [/\b(we|they|you)'re\b|\b(they|you)re\b/g, '$1$2 are'],
  [/\bi'?ve\b/g, 'i have'],
  [/\b(we|they|you)'?ve\b/g, '$1 have'],
  [/\b(i|we|he|she|they|you)'(?:d|ll)\b/g, '$1'],
  [/\bpuls\b/g, 'pulse'],
  [/\brn\b/g, 'right now'],
  [/\b(?:pls|plz|plss+)\b/g, 'please'],
  [/\b(?:mins?|minuts?)\b/g, 'minutes'],
  [/\bhrs?\b/g, 'hours'],
  [/\b(\d+)(min(?:ute)?s?|h(?:ou)?rs?|h)\b/g, '$1 minutes'],
  [/\b(?:kinda|sorta|sort of|kind of)\b/g, 'rather'],
  [/\b(?:dont|dnt)\b/g, 'do not'],
];

/** What somebody says he does not have is no sign of anything. */
const denied =
  /\b(?:no|without|never any|not any|zero|had no|not feeling any|not having any) (?:\w+ ){0,1}(?:pain|symptoms?|problems?|injur(?:y|ies)|numbness|tingling|issues?|headaches?|discomfort)\b(?: (?:at all|or anything|whatsoever))?/g;

/** Lower case, no accents, straight quotes, short forms written out, typing errors in the words that matter mended. */
export function normaliseMessage(message: string): string {
  const plain = message
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[’‘´`]/g, "'")
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/(\w)\1{3,}/g, '$1$1');
  const written = shortForms.reduce((text, [short, long]) => text.replace(short, long), plain);
  const words = written
    .replace(/[.!?;:\n]+(?!\d)/g, ' . ')
    .replace(/(?<=\w)'(?=\w)/g, '')
    .replace(/[^\p{L}\p{N}. ]+/gu, ' ')
    .split(' ')
    .filter((word) => word !== '');
  return words.map(mendWord).join(' ').replace(denied, '');
}

/** The sentences of a prepared message, each between spaces and with its dot, as the patterns want them. */
export function splitSentences(text: string): readonly string[] {
  return text
    .split(/ ?\. ?/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
    .map((sentence) => ` ${sentence} . `);
}

/** Long words that decide, and that people in distress misspell. */
const keyWords =
  `unconscious unresponsive conscious consciousness breathing breathe breathless paralysed paralyzed paralysis
 tingling tingles numbness seizure convulsing convulsions convulsed vertigo vomiting vomited bleeding drowning drowned
 missing ambulance emergency surfaced surfacing collapsed fainted chamber hyperbaric decompression confused
 disoriented swelling swollen jellyfish stonefish lionfish scorpionfish stingray propeller entangled trapped headache
 shoulder shoulders coughing choking blurry vision slurred slurring ascent ascended helicopter coastguard hospital
 symptoms husband girlfriend boyfriend instructor underwater suddenly something blacked passed dizziness nausea nauseous
 weakness disappeared resurfaced responding stomach stumbling breath friend daughter urgently swallowed exhausted
 balance pregnant asthma diabetes epilepsy medication pressure`.split(/\s+/);

/** Words that are one typing error away from another, and are meant. */
const realWords = new Set(
  `selling smelling spelling surface surfaces surfacer mission missions visiting drawing blending breeding bedding blessing
 accent ascend ascends assent tripped trippy wrapped collapse confuse drowns passes passer parsed pasted paused packed blocked
 conscience friends breathes breather breaths pregnancy pressures pressured balances balanced medications instructors
 chambers hospitals instruction presser versions visions breadth asthmatic diabetic epileptic symptom jellyfishes exhaust
 backed blanked bracket tapped wellness meditation shallower pleasure emergence emergent confuses
 exhaustion nauseas confined cousins missile blackened hissing massing passing pissing posted passed breathing breaching
 bathing breathed swallows shoulder swelled headaches ascents descent descended descend underwear convulsion`.split(
    /\s+/,
  ),
);
const known = new Set(keyWords);
const byInitial = new Map<string, string[]>();
for (const word of keyWords) {
  byInitial.set(word.charAt(0), [...(byInitial.get(word.charAt(0)) ?? []), word]);
}

/** What words were meant to be: the same few thousand come again and again. */
const mended = new Map<string, string>();
const mendedMax = 20_000;

function mendWord(word: string): string {
  const before = mended.get(word);
  if (before !== undefined) return before;
  const meant = findMeant(word);
  if (mended.size < mendedMax) mended.set(word, meant);
  return meant;
}

function findMeant(word: string): string {
  if (word.length < 5 || known.has(word) || realWords.has(word)) return word;
  for (const key of byInitial.get(word.charAt(0)) ?? []) {
    const shorter = Math.min(word.length, key.length);
    const allowed = shorter >= 8 ? 2 : shorter >= 6 ? 1 : 0;
    if (Math.abs(word.length - key.length) <= allowed && countTypos(word, key) <= allowed)
      return key;
  }
  return word;
}
