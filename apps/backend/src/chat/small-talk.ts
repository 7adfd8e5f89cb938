import type { Answer } from './extractive-answer.js';

/** What may follow a greeting or thanks: anything else is a question that begins politely. */
const politeWord =
  '(?:there|again|all|everyone|everybody|you|u|so|very|much|a lot|a million|many|times|really|that|this|it|was|is|helps?|helped|helpful|useful|for|your|the|help|info|information|answer|dovvy|dovvybuddy|buddy|bot|mate|friend|man|team|thanks?|thank|good|great|perfect|ok|okay|cool|nice|day|evening|morning|afternoon|night|tomorrow|see|got|understood|and|have|bye|later|soon|dives?|diving)';
const politely = (words: string): RegExp =>
  new RegExp(`^(?:${words})(?:[\\s,!.]+${politeWord})*[\\s!.?]*$`, 'i');

const replies: readonly { readonly pattern: RegExp; readonly text: string }[] = [
  {
    pattern: politely(
      'hi|hello|hey|hola|hallo|moin|good (?:morning|afternoon|evening)|ciao|bonjour',
    ),
    text: 'Hello! I am DovvyBuddy. Ask me about courses and certification, places to dive, equipment, or diving safely.',
  },
  {
    pattern: politely(
      'thanks?|thank you|thx|cheers|great|perfect|ok(?:ay)?|cool|danke|gracias|merci',
    ),
    text: 'You are welcome. Have good dives!',
  },
  {
    pattern: politely('bye|goodbye|see you|ciao|tsch(?:ü|u)ss|adios'),
    text: 'Goodbye, and good dives!',
  },
  {
    pattern:
      /\bare you (a |an |my )?(real |qualified |dive )?(doctor|physician|medic|nurse|instructor|divemaster|lifeguard)\b/i,
    text: 'No, I am an assistant and no professional of any kind. For your health ask a physician who knows diving, or DAN; in the water follow your instructor or guide; in an emergency call the emergency services.',
  },
  {
    pattern:
      /\b(talk|speak|chat|write|connect me|put me through)( to| with)? (a |an |some )?(human|person|real person|somebody real|operator|agent)\b|\bcontact (a |an |some )?(human|person)\b/i,
    text: 'I cannot put you through to a person. For medical questions DAN has people who know diving, for courses and trips a dive centre near you has, and in an emergency call the emergency services.',
  },
  {
    pattern:
      /\b(who|what) are you\b|\bwhat('s| is) your name\b|\bwhat can you do\b|\bare you (a )?(human|bot|robot|real person|ai)\b/i,
    text: 'I am DovvyBuddy, a diving assistant and not a person. I answer from my notes on courses and certification, destinations, equipment and diving safety, and name my sources. I give information, not instruction.',
  },
];

/** The reply to a greeting, thanks, goodbye or "who are you?"; undefined for everything else. */
export function findSmallTalk(message: string): Answer | undefined {
  const reply = replies.find(({ pattern }) => pattern.test(message.trim()));
  return reply && { text: reply.text, agentType: 'general', citations: [] };
}
