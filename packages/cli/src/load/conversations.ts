/**
 * Who asks next, and what: conversations of several turns, each in one session. A due request goes to a conversation
 * that has its last answer; where none has, a new one begins. So no request ever waits for another's answer.
 */

/** What to ask next, and in which session. */
export type Turn = {
  readonly message: string;
  readonly sessionId: string | null;
  /** Gives the answer's session back, so that the conversation can go on; `null` ends it. */
  readonly answered: (sessionId: string | null) => void;
};

/** Conversations at work. */
export type Conversations = { readonly next: () => Turn };

/** Talks through `scripts` in turn, for ever. @throws RangeError where there is nothing to ask. */
export function createConversations(scripts: readonly (readonly string[])[]): Conversations {
  const usable = scripts.filter((script) => script.length > 0);
  if (usable.length === 0) throw new RangeError('there is no question to ask');
  type Open = { readonly rest: readonly string[]; readonly sessionId: string | null };
  const ready: Open[] = [];
  let begun = 0;
  const begin = (): Open => ({ rest: usable[begun++ % usable.length] ?? [], sessionId: null });
  return {
    next: () => {
      const { rest, sessionId } = ready.shift() ?? begin();
      const [message = '', ...after] = rest;
      return {
        message,
        sessionId,
        answered: (answeredIn) => {
          if (answeredIn !== null && after.length > 0) {
            ready.push({ rest: after, sessionId: answeredIn });
          }
        },
      };
    },
  };
}
