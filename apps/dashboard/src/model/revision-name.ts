/** Revision names as a person can read them: `api-00007-xyz` of service `api` is `00007-xyz`. */

/** `revision` without the service's name in front; whole where it does not begin with it. */
export function shortRevision(revision: string, service: string): string {
  const prefix = `${service}-`;
  return revision.startsWith(prefix) && revision.length > prefix.length
    ? revision.slice(prefix.length)
    : revision;
}

/** `sentence` as the page shows it: every whole revision name of the service shortened, no line broken inside `10 %`. */
export function shortenRevisions(sentence: string, service: string): string {
  // A revision's name goes on after the hyphen; the service's name alone may be part of other words.
  const short =
    service === ''
      ? sentence
      : sentence.replaceAll(new RegExp(`\\b${service}-(?=[a-z\\d])`, 'g'), '');
  return short.replaceAll(/(\d) %/g, '$1\u00a0%');
}
