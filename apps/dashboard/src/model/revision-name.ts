/** Revision names as a person can read them: `api-00007-xyz` of service `api` is `00007-xyz`. */

/** `revision` without the service's name in front; whole where it does not begin with it. */
export function shortRevision(revision: string, service: string): string {
  const prefix = `${service}-`;
  return revision.startsWith(prefix) && revision.length > prefix.length
    ? revision.slice(prefix.length)
    : revision;
}

/** `sentence` with every whole revision name of the service shortened. */
export function shortenRevisions(sentence: string, service: string): string {
  // A revision's name goes on after the hyphen; the service's name alone may be part of other words.
  return service === ''
    ? sentence
    : sentence.replaceAll(new RegExp(`\\b${service}-(?=[a-z\\d])`, 'g'), '');
}
