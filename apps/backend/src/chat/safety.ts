import { accident, critical, cry, grave, unwell } from './safety-families.js';
import {
  foreignAfterDive,
  foreignCatastrophe,
  foreignFlight,
  foreignTheory,
} from './safety-foreign.js';
import {
  afterDive,
  asksInGeneral,
  asksPermission,
  bodyPart,
  equipment,
  harmless,
  hypothetical,
  learning,
  longAgo,
  mentionsDive,
  onBoard,
  recent,
  recurring,
  report,
  somebody,
  stateOfOne,
  thisDay,
  tookDive,
  worried,
} from './safety-frames.js';
import { medicalTopic, notMedical } from './safety-medical.js';
import { judgeSound } from './safety-model.js';
import { normaliseMessage, splitSentences } from './safety-text.js';
import { tagWords } from './safety-words.js';

/** How careful an answer must be: an emergency now, a question for a physician, or neither. */
export type SafetyLabel = 'emergency' | 'medical' | 'safe';

/**
 * Judges a message before any model is asked. Rules, not a model: they give the same verdict offline, in microseconds, and
 * each verdict can be explained. The costs are lopsided: a missed emergency may cost a life, a false one costs a diver one
 * unhelpful answer, so everything in doubt counts as an emergency.
 *
 * What is said (the families) and how it is said (the frames) are read apart, sentence by sentence: an alarming sentence
 * counts unless it is general, learnt, imagined or long past, and a report of what has just happened to somebody voids
 * such an excuse.
 */
export function assessSafety(message: string): SafetyLabel {
  const text = normaliseMessage(message);
  if (desperate.test(text)) return 'emergency';
  if (soundsForeignAlarm(text)) return 'emergency';
  const tagged = tagWords(`${text} .`);
  const context = readContext(tagged);
  const signs = splitSentences(text).map((sentence) => readSigns(sentence));
  const alarms = signs.filter((sign) => isEmergency(sign, context));
  const isCertain = alarms.some(({ isCry, isGrave }) => isCry || (isGrave && context.afterDive));
  if (isCertain) return 'emergency';
  const sound = judgeSound(text, tagged);
  if (alarms.length > 0 && sound > calmUpTo) return 'emergency';
  const isMedical = medicalTopic.test(text);
  if (sound > soundFrom && soundsUrgent(context, isMedical) && !foreignFlight.test(text)) {
    return 'emergency';
  }
  if (isMedical && !notMedical.test(text)) return 'medical';
  return signs.some((sign) => isComplaint(sign, context)) ? 'medical' : 'safe';
}

function soundsForeignAlarm(text: string): boolean {
  if (foreignTheory.test(text)) return false;
  return (
    foreignCatastrophe.test(text) || (foreignAfterDive.test(text) && !foreignFlight.test(text))
  );
}

/** Somebody speaks of taking his own life; for text that `normaliseMessage` has prepared. */
const desperate =
  /\b(?:(?:want|going|plan|decided|like|ready|wish) to (?:die|drown(?: myself)?|end (?:it all|my life)|kill myself)|(?:kill|drown|hurt) myself|suicid\w*|(?:do not|no longer|not) want to (?:live|be alive|wake up|exist)|end my life|better off dead|no reason to live)\b(?! of (?:laughing|laughter|cold|boredom))(?! for)/;

/** Whether somebody speaks of taking his own life. */
export function soundsDesperate(message: string): boolean {
  return desperate.test(normaliseMessage(message));
}

/** Neither an old story, nor a thing of every dive, nor a plan with an illness. */
function soundsUrgent(context: Context, isMedical: boolean): boolean {
  if (context.isLongAgo || (context.isRecurring && !context.isThisDay)) return false;
  return !isMedical || !context.asksPermission || context.afterDive;
}

/**
 * From which sound on (log-odds) a message without any sign is an emergency. Below zero, where it is as likely as not: a
 * miss costs more than a false alarm.
 */
const soundFrom = -0.3;

/**
 * Up to this sound (log-odds) a sign is a figure of speech, like a torch that drowned, unless it is a cry for help or a grave
 * sign after a dive: of 956 emergencies, each judged by a
 * model that had learnt from four fifths of the others, 3 sounded calmer than -2 and none calmer than -3.
 */
const calmUpTo = -2;

/** What the whole message tells about the time and the dive. */
interface Context {
  readonly isLongAgo: boolean;
  readonly isRecent: boolean;
  readonly isThisDay: boolean;
  readonly tookDive: boolean;
  readonly mentionsDive: boolean;
  readonly isRecurring: boolean;
  readonly afterDive: boolean;
  readonly isSomebody: boolean;
  readonly asksForEquipment: boolean;
  readonly isOnBoard: boolean;
  readonly isHarmless: boolean;
  readonly asksPermission: boolean;
}

function readContext(text: string): Context {
  const isThisDay = thisDay.test(text);
  return {
    isThisDay,
    isLongAgo: longAgo.test(text) && !isThisDay,
    isRecent: recent.test(text),
    tookDive: tookDive.test(text),
    mentionsDive: mentionsDive.test(text),
    isRecurring: recurring.test(text),
    afterDive: afterDive.test(text),
    isSomebody: somebody.test(text),
    asksForEquipment: equipment.test(text),
    isOnBoard: onBoard.test(text),
    isHarmless: harmless.test(text),
    asksPermission: asksPermission.test(text),
  };
}

/** What one sentence says. */
interface Sign {
  readonly plain: string;
  /** With the classes of its words. */
  readonly sentence: string;
  readonly isCry: boolean;
  readonly isCritical: boolean;
  readonly isGrave: boolean;
  readonly isUnwell: boolean;
  readonly isAccident: boolean;
}

function readSigns(plain: string): Sign {
  const sentence = tagWords(plain);
  return {
    plain,
    sentence,
    isCry: cry.test(sentence),
    isCritical: critical.test(sentence),
    isGrave: grave.test(sentence),
    isUnwell: unwell.test(sentence),
    isAccident: accident.test(sentence),
  };
}

function isEmergency(sign: Sign, context: Context): boolean {
  if (context.isLongAgo) return false;
  const isReport = report.test(sign.sentence);
  if (isExcused(sign, context, isReport)) return false;
  return sign.isCry || sign.isCritical || isHurt(sign, context, isReport);
}

/** Whether the sentence only talks about such things. */
function isExcused(sign: Sign, context: Context, isReport: boolean): boolean {
  if (isImagined(sign, context) || isLearnt(sign, context, isReport)) return true;
  if (sign.isCry || isReport || (context.tookDive && context.isRecent)) return false;
  const isWorried = sign.isGrave && context.tookDive && worried.test(sign.sentence);
  return asksInGeneral(sign.plain) && !isWorried;
}

function isImagined({ sentence }: Sign, { isThisDay }: Context): boolean {
  return !isThisDay && hypothetical.test(sentence) && !stateOfOne.test(sentence);
}

function isLearnt({ sentence }: Sign, context: Context, isReport: boolean): boolean {
  const isTold = isReport && (context.isRecent || context.tookDive);
  return !isTold && learning.test(sentence);
}

/** Somebody has a sign of an injury, or had a mishap, on a dive that was made. */
function isHurt(sign: Sign, context: Context, isReport: boolean): boolean {
  if (context.isRecurring && !context.isThisDay) return false;
  const isSomebody = isReport || context.isSomebody;
  if (sign.isAccident && isSomebody) return true;
  if (isOnlyPlanned(context, isReport) && !isWorriedAfter(sign, context)) return false;
  if (sign.isGrave) return isSomebody || context.tookDive;
  if (sign.isUnwell) return context.tookDive || isUnwellNow(context, isReport);
  return isOddBody(sign, context, isReport);
}

/** "Can I dive with it?", "which gloves?": before a dive, not after one. */
function isOnlyPlanned(context: Context, isReport: boolean): boolean {
  const isMade = (context.tookDive && context.isRecent) || (context.afterDive && isReport);
  return !isMade && (context.asksPermission || context.asksForEquipment);
}

/** "Is a droopy face after a dive something to worry about?" is no plan. */
function isWorriedAfter({ isGrave, sentence }: Sign, { afterDive }: Context): boolean {
  return isGrave && afterDive && worried.test(sentence);
}

/** A complaint without a dive: told as a report, or of somebody who is at the dive site. */
function isUnwellNow(context: Context, isReport: boolean): boolean {
  if (isReport && !context.asksPermission && !context.isHarmless) return true;
  const isThere = (context.mentionsDive && context.isRecent) || context.isOnBoard;
  return (isReport || context.isSomebody) && isThere;
}

/** Somebody tells of a part of his body after a dive, in words that no list holds. */
function isOddBody({ sentence }: Sign, context: Context, isReport: boolean): boolean {
  const isAfter = context.afterDive || (context.isThisDay && context.mentionsDive);
  return isReport && isAfter && bodyPart.test(sentence) && !context.isHarmless;
}

/** Not well, but not since a dive: for a physician. */
function isComplaint({ sentence, isGrave, isUnwell }: Sign, context: Context): boolean {
  if (!isGrave && !isUnwell) return false;
  const isTold = report.test(sentence) && !learning.test(sentence) && !context.asksForEquipment;
  return isTold || (context.asksPermission && somebody.test(sentence) && !learning.test(sentence));
}

/** Lets V8 compile the patterns (it does so at their second use), so that the first diver does not wait for it. */
export function warmUpSafety(): void {
  for (const message of ['Is it deep?', 'Where is it?']) assessSafety(message);
}
