/**
 * The version tokens of both APIs, in their real form.
 *
 * v1 `resourceVersion` is base64 without padding of eight big-endian bytes: microseconds since 1970. Decoded
 * from the recorded pair `AAZZJpwmJn4` ↔ 1786872223639166 of one 409 message. Clients must treat it as opaque.
 */

/** The token of a v1 object last changed at `timeUs`. */
export function encodeResourceVersion(timeUs: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(timeUs));
  return bytes.toString('base64').replace(/=+$/, '');
}

/** The microseconds inside a v1 token; undefined where the text is none of ours. */
export function decodeResourceVersion(token: string): number | undefined {
  const bytes = Buffer.from(token, 'base64');
  if (
    bytes.length !== 8 ||
    bytes.toString('base64').replace(/=+$/, '') !== token.replace(/=+$/, '')
  )
    return undefined;
  const timeUs = Number(bytes.readBigUInt64BE());
  return Number.isSafeInteger(timeUs) ? timeUs : undefined;
}
