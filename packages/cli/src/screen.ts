/** A few lines that change in place on a terminal. */

/** Where lines are drawn. */
export type Terminal = {
  readonly columns: number;
  readonly rows: number;
  readonly write: (text: string) => unknown;
};

/** Redraws its text in place; `end` leaves the last of it standing. */
export type Screen = { readonly show: (text: string) => void; readonly end: () => void };

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
const CLEAR_BELOW = '\u001B[J';
const COLOUR = /\u001B\[[\d;]*m/g;

/** A screen on `terminal`. What is too wide goes on in the next line; what is too high is cut off below. */
export function createScreen(terminal: Terminal): Screen {
  let drawn = 0;
  return {
    show: (text) => {
      const lines = wrap(text, terminal.columns).slice(0, rowsOf(terminal));
      const back = drawn === 0 ? HIDE_CURSOR : `\u001B[${String(drawn)}A\r`;
      terminal.write(`${back}${CLEAR_BELOW}${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    end: () => {
      if (drawn > 0) terminal.write(SHOW_CURSOR);
    },
  };
}

/** How many lines stand on `terminal` at once: the last row is the cursor's. */
export function rowsOf({ rows }: Pick<Terminal, 'rows'>): number {
  return Math.max(1, rows - 1);
}

/** `text` in lines of at most `columns` cells, broken between words where there are any; what goes on is indented. */
export function wrap(text: string, columns: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(2, columns)));
}

/** A coloured line that is too long loses its colours. */
function wrapLine(line: string, columns: number): readonly string[] {
  const plain = line.replaceAll(COLOUR, '');
  if (plain.length <= columns) return [line];
  const indent = /^ */.exec(plain)?.[0].length ?? 0;
  // Narrower than half the terminal, so that every line takes some of the text with it.
  const hang = ' '.repeat(Math.min(indent + 2, Math.floor(columns / 2)));
  const lines: string[] = [];
  for (let rest = plain; rest !== '';) {
    const piece = firstPiece(rest, columns);
    lines.push(piece.trimEnd());
    const left = rest.slice(piece.length).trimStart();
    rest = left === '' ? '' : `${hang}${left}`;
  }
  return lines;
}

function firstPiece(text: string, columns: number): string {
  if (text.length <= columns) return text;
  const start = /^ */.exec(text)?.[0].length ?? 0;
  const gap = text.lastIndexOf(' ', columns);
  return text.slice(0, gap > start ? gap : columns);
}
