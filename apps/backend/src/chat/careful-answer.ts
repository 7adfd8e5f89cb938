import type { Turn } from '../data/session-store.js';
import type { Situation } from './after-emergency.js';
import type { Answer } from './extractive-answer.js';
import { findForeignHelp } from './foreign-notice.js';
import {
  answerAllClear,
  answerDespair,
  answerEmergency,
  answerMedical,
  answerWhileEmergency,
} from './redirect.js';
import { soundsDesperate } from './safety.js';

/** What the diver himself has said, newest first, then what he told about himself: an answer's words name places he is not at. */
export function listSaid(message: string, turn: Turn): readonly string[] {
  const earlier = turn.history
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content)
    .reverse();
  return [message, ...earlier, JSON.stringify(turn.diverProfile ?? {})];
}

/** The redirect for a situation; undefined if the question may be answered from the notes. */
export function chooseRedirect(
  message: string,
  turn: Turn,
  { safety, isOngoing, isAllClear }: Situation,
): Answer | undefined {
  const said = listSaid(message, turn);
  if (isAllClear) return answerAllClear(...said);
  if (isOngoing) return answerWhileEmergency(...said);
  if (safety === 'emergency') return answerAlarm(message, said);
  return safety === 'medical' ? answerMedical() : undefined;
}

function answerAlarm(message: string, said: readonly string[]): Answer {
  if (soundsDesperate(message)) return answerDespair(...said);
  const answer = answerEmergency(...said);
  const help = findForeignHelp(message);
  return help === undefined ? answer : { ...answer, text: `${help}\n\n${answer.text}` };
}
