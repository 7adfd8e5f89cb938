/**
 * What people type, as it enters the record: one printable line of bounded length. A line break or an escape sequence
 * could forge a line of the audit log in somebody's terminal, and a long text could fill the annotation until no
 * rollback fits into it.
 */

/** A name of a person or an account. */
const NAME_LENGTH_MAX = 100;
/** A reason; whatever is longer belongs into a ticket that the reason names. */
const REASON_LENGTH_MAX = 300;

/** C0 and C1 controls, and the characters that reorder or break lines. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu;

/** `event` with its words made fit for the record. */
export function tidyWords<T extends { readonly by: string; readonly reason?: string }>(
  event: T,
): T {
  const by = oneLine(event.by, NAME_LENGTH_MAX);
  if (event.reason === undefined) return { ...event, by };
  return { ...event, by, reason: oneLine(event.reason, REASON_LENGTH_MAX) };
}

/** `text` in one printable line of at most `lengthMax` characters; what was cut off is marked. */
export function oneLine(text: string, lengthMax: number): string {
  const line = text.replace(unprintable, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= lengthMax ? line : `${characters.slice(0, lengthMax - 1).join('')}…`;
}
