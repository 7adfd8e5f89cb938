/** What `npm run bench:evidence` was asked to do, or one line about what is wrong with the question. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

/** A bench to run. */
export type BenchOptions = {
  readonly full: boolean;
  /** A whole number from 0 to 2³² − 1. */
  readonly seed: number;
  /** Part of the names of the cells to run; all where it is empty. */
  readonly only: string;
  /** How many times the rollouts. */
  readonly scale: number;
  /** Rollouts of good releases in every cell; `null` as many as the size says. */
  readonly goodReleases: number | null;
  readonly log: string | null;
  readonly out: string | null;
};

/** What to do with the command line. */
export type Question =
  | { readonly type: 'run'; readonly options: BenchOptions }
  | { readonly type: 'help' }
  | { readonly type: 'wrong'; readonly message: string };

/** What `--help` prints. */
export const usage = `npm run bench:evidence -- [options]

Runs Ascent's gates and the rules of other tools on simulated rollouts and writes bench/evidence.md and its picture.

  --full              the nightly size
  --scale X           that many times the rollouts, 0.001 to 1000
  --good-releases N   so many rollouts of good releases in every cell
  --seed N            another world, a whole number from 0 to 4294967295 (default: 1)
  --only TEXT         the cells whose name contains TEXT, such as 'outage|5|'; nothing is written without --out
  --out DIR           write there instead
  --log FILE          keep results, so that the same command goes on where it was
  --help              this
`;

/** Reads the words after `--`. */
export function readOptions(words: readonly string[]): Question {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        help: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        only: { type: 'string', default: '' },
        scale: { type: 'string', default: '1' },
        'good-releases': { type: 'string' },
        log: { type: 'string' },
        out: { type: 'string' },
      },
    });
    if (values.help) return { type: 'help' };
    const good = values['good-releases'];
    const options = {
      full: values.full,
      seed: wholeNumber('--seed', values.seed, { least: 0, most: 2 ** 32 - 1 }),
      only: values.only,
      scale: scaleOf(values.scale),
      goodReleases:
        good === undefined
          ? null
          : wholeNumber('--good-releases', good, { least: 1, most: 100_000_000 }),
      log: values.log === undefined ? null : inFolder('--log', values.log),
      out: values.out === undefined ? null : folder('--out', values.out),
    };
    return { type: 'run', options };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const [first = said] = said.split('\n');
    return {
      type: 'wrong',
      message: `${first} (npm run bench:evidence -- --help lists the options.)`,
    };
  }
}

function wholeNumber(
  option: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${option} is "${text}": write a whole number from ${least} to ${most}.`);
}

function scaleOf(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= 0.001 && value <= 1000) return value;
  throw new Error(`--scale is "${text}": write a number from 0.001 to 1000.`);
}

/** Found out now, because results are written after minutes. */
function folder(option: string, path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  throw new Error(`${option} is "${path}", which is no folder: make it first, or name another.`);
}

function inFolder(option: string, file: string): string {
  folder(option, dirname(file));
  return file;
}
