/** An image reference taken apart: `name`, and a tag or a digest. */
export interface ImageReference {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9._:-]*(\/[a-z0-9][a-z0-9._-]*)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads `name[:tag][@sha256:…]`; without either the tag is `latest`, as registries do.
 * Returns undefined where the text is no reference.
 */
export function parseImageReference(text: string): ImageReference | undefined {
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !digestPattern.test(digest))) return undefined;
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const name = hasTag ? named.slice(0, colon) : named;
  const tag = hasTag ? named.slice(colon + 1) : digest === undefined ? 'latest' : undefined;
  if (!namePattern.test(name) || (tag !== undefined && !tagPattern.test(tag))) return undefined;
  return { name, tag, digest };
}
