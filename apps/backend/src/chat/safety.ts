import {
  accident,
  afterDive,
  asksPermission,
  bodyPart,
  catastrophe,
  foreignCatastrophe,
  graveSymptom,
  medicalTopic,
  mentionsDive,
  notMedical,
  notTheory,
  past,
  person,
  recurrent,
  suspectedInjury,
  symptom,
  theory,
} from './safety-lexicon.js';

/** How careful an answer must be: an emergency now, a question for a physician, or neither. */
export type SafetyLabel = 'emergency' | 'medical' | 'safe';

/**
 * Judges a message before any model is asked. Rules over word lists, not a model: they give the same verdict offline, in
 * microseconds, and each verdict can be explained. The costs are lopsided: a missed emergency may cost a life, a false
 * one costs a diver one unhelpful answer, so everything in doubt counts as an emergency.
 *
 * An emergency is a catastrophe, a symptom or accident after a dive, or a suspicion of decompression illness; neither
 * theory ("for my exam") nor an old story ("two years ago, may I dive again?") is one.
 */
export function assessSafety(message: string): SafetyLabel {
  const text = normaliseMessage(message);
  if (isEmergency(text)) return 'emergency';
  return medicalTopic.test(text) && !notMedical.test(text) ? 'medical' : 'safe';
}

/** What a prepared message says, each by one word list. */
type Signs = Readonly<Record<keyof typeof wordLists, boolean>>;

function readSigns(text: string): Signs {
  const entries = Object.entries(wordLists).map(([name, words]) => [name, words.test(text)]);
  return Object.fromEntries(entries) as Signs;
}

const wordLists = {
  accident,
  afterDive,
  asksPermission,
  bodyPart,
  catastrophe,
  foreignCatastrophe,
  graveSymptom,
  medicalTopic,
  mentionsDive,
  notTheory,
  past,
  person,
  recurrent,
  suspectedInjury,
  symptom,
  theory,
};

function isEmergency(text: string): boolean {
  const says = readSigns(text);
  if (isStudying(says) || isOldStory(says)) return false;
  if (isCatastrophe(says) || says.suspectedInjury) return true;
  return !says.recurrent && isUnwellAfterDive(says);
}

function isCatastrophe(says: Signs): boolean {
  return says.catastrophe || says.foreignCatastrophe;
}

/** Somebody who says what happened to whom after which dive is not studying, whatever other words he uses. */
function isStudying(says: Signs): boolean {
  const tellsWhatHappened = says.afterDive && says.person && (isCatastrophe(says) || says.accident);
  return says.theory && !says.notTheory && !tellsWhatHappened;
}

function isOldStory(says: Signs): boolean {
  return says.past && says.asksPermission;
}

function isUnwellAfterDive(says: Signs): boolean {
  const isBadlyHurt = says.graveSymptom || says.accident;
  if (says.person && isBadlyHurt) return true;
  const isHurt = says.symptom || isBadlyHurt;
  if (says.afterDive) return isHurt || (says.person && says.bodyPart);
  return isHurt && says.person && says.mentionsDive && !asksPhysician(says);
}

/** "Can I dive with blood pressure tablets?" speaks of a dive that has not been made. */
function asksPhysician(says: Signs): boolean {
  return says.medicalTopic && says.asksPermission;
}

/** Written-out forms of what is said in a hurry. */
const shortForms: readonly (readonly [RegExp, string])[] = [
  [/\bcan'?t\b|\bcan not\b|\bcannt\b|\bcoul?dn'?t\b/g, 'cannot'],
  [/\bwon'?t\b/g, 'will not'],
  [/\b(is|are|was|were|do|does|did|has|have|had)n'?t\b/g, '$1 not'],
  [/\bi'?m\b/g, 'i am'],
  [/\b(he|she|it|there|who|what)'?s\b/g, '$1 is'],
  [/\b(we|they|you)'re\b/g, '$1 are'],
  [/\bi'?ve\b/g, 'i have'],
  [/\b(we|they|you)'ve\b/g, '$1 have'],
  [/\bpuls\b/g, 'pulse'],
  // What somebody does not have is no sign of anything.
  [
    /\b(?:no|without|never any|not any) (?:pain|symptoms?|problems?|injur(?:y|ies)|numbness|tingling)\b(?: at all)?/g,
    '',
  ],
  [/\bdiv(?:er|ing)? buddy\b/g, 'buddy'],
];

/** Lower case, no accents, straight quotes, short forms written out. */
export function normaliseMessage(message: string): string {
  const plain = message
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[’‘´`]/g, "'")
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
  return shortForms.reduce((text, [short, long]) => text.replace(short, long), plain);
}
