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

/** A screen on `terminal`. Lines are cut at its width and height: a line that wraps could not be taken back. */
export function createScreen(terminal: Terminal): Screen {
  let drawn = 0;
  return {
    show: (text) => {
      const lines = text
        .split('\n')
        .slice(0, Math.max(1, terminal.rows - 1))
        .map((line) => cut(line, terminal.columns));
      const back = drawn === 0 ? HIDE_CURSOR : `\u001B[${String(drawn)}A\r`;
      terminal.write(`${back}${CLEAR_BELOW}${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    end: () => {
      if (drawn > 0) terminal.write(SHOW_CURSOR);
    },
  };
}

/** `line` in at most `columns` cells. A coloured line that is too long loses its colours. */
function cut(line: string, columns: number): string {
  const plain = line.replaceAll(COLOUR, '');
  return plain.length <= columns ? line : `${plain.slice(0, Math.max(1, columns - 1))}…`;
}
