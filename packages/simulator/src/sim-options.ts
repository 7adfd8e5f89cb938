/** What `npm run sim` was asked to do. */
import { parseArgs } from 'node:util';

/** Which seeds to run, and how. */
export type SimOptions = {
  readonly from: number;
  readonly count: number;
  readonly workers: number;
  /** One seed, with every line of its history. */
  readonly verbose: boolean;
};

/** How it is used; shown where the arguments are not understood. */
export const simUsage = `npm run sim -- [--seeds N] [--from SEED] [--workers N]
npm run sim -- --seed SEED [--verbose]
  --seeds N      how many seeds to run (1000)
  --from SEED    the first of them (1)
  --workers N    how many at a time (2)
  --seed SEED    this one alone
  --verbose      every line of its history
`;

/** The options in `args`, or what is wrong with them. */
export function parseSimOptions(args: readonly string[]): SimOptions | { readonly fault: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        seed: { type: 'string' },
        workers: { type: 'string' },
        verbose: { type: 'boolean', default: false },
      },
    });
    const { seeds, from, seed, workers, verbose } = values;
    const numbers = {
      from: wholeNumber('from', seed ?? from ?? '1'),
      count: seed === undefined ? wholeNumber('seeds', seeds ?? '1000') : 1,
      workers: wholeNumber('workers', workers ?? '2'),
    };
    return { ...numbers, verbose: verbose && seed !== undefined };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

const LARGEST = 4_294_967_295;

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= LARGEST) return number;
  throw new Error(`--${name} ${text}: write a whole number from 1 to ${LARGEST}`);
}
