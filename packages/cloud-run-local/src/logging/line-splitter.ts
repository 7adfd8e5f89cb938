/** Takes the lines out of what a program writes, piece by piece. */
import { StringDecoder } from 'node:string_decoder';

/** Most characters of a line; Cloud Logging takes entries of 256 KiB. https://cloud.google.com/logging/quotas */
export const lineLengthMax = 256 * 1024;

/** Takes bytes as they come, in place of a stream. */
export interface LineSplitter {
  readonly push: (chunk: Buffer) => void;
  /** Nothing more comes: what was written last is a line without its end too. */
  readonly end: () => void;
}

/**
 * Gives each line to `onLine` when it has ended. A line that is too long is
 * given without its rest, so that one that never ends takes no more memory than that.
 */
export function splitLines(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let held = '';
  let skipping = false;
  const take = (text: string): void => {
    if (!skipping) held += text;
    if (held.length < lineLengthMax) return;
    // The rest is dropped when it comes: what is given now can be read while the line goes on.
    onLine(held.slice(0, lineLengthMax));
    held = '';
    skipping = true;
  };
  const push = (chunk: Buffer): void => {
    const [first = '', ...rest] = decoder.write(chunk).split('\n');
    take(first);
    for (const text of rest) {
      if (!skipping) onLine(held.replace(/\r$/, ''));
      held = '';
      skipping = false;
      take(text);
    }
  };
  const end = (): void => {
    if (held !== '') onLine(held);
    held = '';
  };
  return { push, end };
}
