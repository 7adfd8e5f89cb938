/**
 * The v2 etag in its real form: quoted base64url of a Timestamp message (1: seconds, 2: nanos), a slash, and
 * base64url of the resource's name. Decoded from a recording of 2024-08-15, where only a user's write
 * changed it.
 */

function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** The etag of a resource last written at `timeUs`. */
export function makeEtag(timeUs: number, resourceName: string): string {
  const seconds = Math.floor(timeUs / 1_000_000);
  const nanos = (timeUs % 1_000_000) * 1000;
  const timestamp = Buffer.from([0x08, ...varint(seconds), 0x10, ...varint(nanos)]);
  return `"${timestamp.toString('base64url')}/${Buffer.from(resourceName).toString('base64url')}"`;
}
