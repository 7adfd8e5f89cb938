/** What a JSON pointer points to (RFC 6901); `undefined` where there is nothing. */
export function valueAt(json: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys.reduce<unknown>((value, key) => {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      return /^(0|[1-9]\d*)$/.test(name) ? (value[Number(name)] as unknown) : undefined;
    }
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    return (value as Record<string, unknown>)[name];
  }, json);
}
