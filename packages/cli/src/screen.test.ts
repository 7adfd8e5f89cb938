import { describe, expect, test } from 'vitest';
import { createScreen } from './screen.js';

function terminal(
  columns = 12,
  rows = 4,
): { readonly screen: ReturnType<typeof createScreen>; readonly shown: () => string } {
  let text = '';
  const screen = createScreen({ columns, rows, write: (part) => (text += part) });
  return { screen, shown: () => text.replaceAll('\u001B', 'ESC') };
}

describe('lines that change in place', () => {
  test('the second text takes back as many lines as the first had', () => {
    const { screen, shown } = terminal();
    screen.show('one\ntwo');
    screen.show('three');
    screen.end();
    expect(shown()).toBe('ESC[?25lESC[Jone\ntwo\nESC[2A\rESC[Jthree\nESC[?25h');
  });

  test('a line that would wrap is cut, and what is too high is left out', () => {
    const { screen, shown } = terminal();
    screen.show('0123456789abcdef\nb\nc\nd\ne');
    expect(shown()).toBe('ESC[?25lESC[J0123456789a…\nb\nc\n');
  });

  test('colours take no room', () => {
    const { screen, shown } = terminal();
    screen.show('\u001B[1m0123456789ab\u001B[22m');
    expect(shown()).toContain('ESC[1m0123456789abESC[22m');
  });

  test('nothing shown leaves the cursor alone', () => {
    const { screen, shown } = terminal();
    screen.end();
    expect(shown()).toBe('');
  });
});
