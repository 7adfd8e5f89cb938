import type { Message } from '../data/session-store.js';
import { normaliseMessage } from './safety-text.js';
import { assessSafety, type SafetyLabel } from './safety.js';

/** What a message means in the light of what was said before it. */
export interface Situation {
  readonly safety: SafetyLabel;
  /** The emergency that was told before is the matter still. */
  readonly isOngoing: boolean;
  /** The diver says that it is over, or never was. */
  readonly isAllClear: boolean;
}

/**
 * Judges a message within its conversation; `alone` is what it is without it. After an emergency whatever points at it
 * ("what should I do now?") belongs to it, and a complaint that alone is for a physician is an emergency after the dive
 * that was told of just before.
 */
export function assessSituation(
  message: string,
  alone: SafetyLabel,
  history: readonly Message[],
): Situation {
  if (!followsEmergency(history)) {
    const safety = alone === 'medical' ? assessWithEarlier(message, history) : alone;
    return { safety, isOngoing: false, isAllClear: false };
  }
  const plain = normaliseMessage(message);
  if (saysAllClear(plain)) return { safety: 'medical', isOngoing: false, isAllClear: true };
  const isOngoing = alone === 'safe' ? pointsAtIt(plain) : alone === 'medical';
  return { safety: isOngoing ? 'emergency' : alone, isOngoing, isAllClear: false };
}

/** An emergency stays the matter for so many answers, and so long. */
const answersMax = 3;
const secondsMax = 2 * 3600;

/** Whether one of the last answers took the matter for an emergency, and no all-clear came since. */
export function followsEmergency(history: readonly Message[]): boolean {
  const careful = history
    .filter(({ role, ageSeconds }) => role === 'assistant' && ageSeconds < secondsMax)
    .slice(-answersMax)
    .reverse()
    .find(({ safety }) => safety === 'emergency' || safety === 'medical');
  return careful?.safety === 'emergency';
}

function assessWithEarlier(message: string, history: readonly Message[]): SafetyLabel {
  const earlier = history
    .filter(({ role, ageSeconds }) => role === 'user' && ageSeconds < secondsMax)
    .at(-1);
  // After an illness that was spoken of, more about it is no news of a dive.
  if (!earlier || assessSafety(earlier.content) !== 'safe') return 'medical';
  return assessSafety(`${earlier.content}. ${message}`);
}

const allClear =
  /\b(?:false alarm|(?:not|no) (?:an? |real )*emergency|(?:a|just|only|was|is) (?:joke|joking|kidding|test|testing|curious|asking|hypothetical|exercise|drill)|misunder\w+|nobody (?:is|was|got) (?:hurt|ill|injured)|no one (?:is|was|got) (?:hurt|ill|injured)|(?:he|she) is (?:back|safe)|they are (?:back|safe)|found (?:him|her|them))\b/;

/** Then it is not over, whatever else is said. */
const notClear =
  /\b(?:but|still|however|though|cannot|dead|blood\w*|bleed\w*|pain\w*|hurts|numb\w*|tingl\w*|dizz\w*|uncons\w+|unresp\w+|breath\w*|weak\w*|confused|collapsed|missing)\b/;

const allClearWordsMax = 16;

function saysAllClear(plain: string): boolean {
  const isShort = plain.split(' ').length <= allClearWordsMax;
  return isShort && allClear.test(plain) && !notClear.test(plain);
}

/** People, help, symptoms and what to do: the words of somebody who is in the middle of it. */
const ofTheMatter =
  /\b(?:he|she|him|her|his|they|them|their|we|us|buddy|friend|wife|husband|son|daughter|now|again|still|better|worse|wait\w*|until|numbers?|call\w*|phone|telephone|contact|ambulance|doctors?|physician|hospital|clinic|chamber|helicopter|coast ?guard|radio|oxygen|o2|drink|aspirin|painkiller\w*|(?:should|must|shall) i|what (?:do|can) i|help|happen\w*|today|tonight|tomorrow|symptoms?|first aid|cpr|recover\w*|scared|worried|sure|serious)\b/;

const standsAloneFromWords = 4;

function pointsAtIt(plain: string): boolean {
  return plain.split(' ').length < standsAloneFromWords || ofTheMatter.test(plain);
}
