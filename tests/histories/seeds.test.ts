/** Seeds of the simulator that once broke a rule. Each was seen to fail before the mistake was put right. */
import { readFileSync } from 'node:fs';
import { runTrial } from '@ascent/simulator';
import { describe, expect, test } from 'vitest';

type Found = { readonly seed: number; readonly broke: string; readonly found: string };

const seeds = JSON.parse(
  readFileSync(new URL('seeds.json', import.meta.url), 'utf8'),
) as readonly Found[];

describe('a seed that once broke a rule breaks none:', () => {
  test.each(seeds.map(({ seed, found }) => [seed, found] as const))('%i (%s)', async (seed) => {
    expect((await runTrial({ seed })).violations).toEqual([]);
  });
});
