import type { Answer } from './extractive-answer.js';

const replies: readonly { readonly pattern: RegExp; readonly text: string }[] = [
  {
    pattern:
      /^(hi|hello|hey|hola|hallo|moin|good (morning|afternoon|evening)|ciao|bonjour)\b[\s\w]{0,20}[!.?]*$/i,
    text: 'Hello! I am DovvyBuddy. Ask me about courses and certification, places to dive, equipment, or diving safely.',
  },
  {
    pattern:
      /^(thanks?|thank you|thx|cheers|great|perfect|ok(ay)?|cool|danke|gracias|merci)\b[\s\w,]{0,30}[!.]*$/i,
    text: 'You are welcome. Have good dives!',
  },
  {
    pattern: /^(bye|goodbye|see you|ciao|tsch(ü|u)ss|adios)\b[\s\w]{0,20}[!.]*$/i,
    text: 'Goodbye, and good dives!',
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
