import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCatalogue } from '@ascent/core';

const documented = new Map(
  [
    ...readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8').matchAll(
      /^\| `(ASC_\w+)` \| (\d+) \|/gm,
    ),
  ].map(([, code, exitStatus]) => [code ?? '', Number(exitStatus)] as const),
);

test('every error code is documented with its exit status, and nothing else is', () => {
  const catalogued = new Map(
    Object.entries(errorCatalogue).map(([code, { exitStatus }]) => [code, exitStatus]),
  );
  expect(new Map([...documented].sort())).toEqual(new Map([...catalogued].sort()));
});
