import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { createScreen, wrap } from './screen.js';

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

  test('a line that is too wide goes on below, and what is too high is left out', () => {
    const { screen, shown } = terminal();
    screen.show('rolled back now\nb\nc\nd\ne');
    expect(shown()).toBe('ESC[?25lESC[Jrolled back\n  now\nb\n');
    screen.show('c');
    expect(shown()).toContain('ESC[3A');
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

describe('a text in lines', () => {
  test('is broken between words, and inside one that is wider than the terminal', () => {
    expect(wrap('  12s ago  ascent: From 0 % to 10 %.', 16)).toEqual([
      '  12s ago',
      '    ascent: From',
      '    0 % to 10 %.',
    ]);
    expect(wrap('dovvybuddy-backend', 10)).toEqual(['dovvybuddy', '  -backend']);
  });

  test('loses no letter at any width', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', '%', '7', ' ', '.') }));
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 40 }), (parts, columns) => {
        const text = parts.join('\n');
        const lines = wrap(text, columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(/[ \n]/g, ''));
        expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThanOrEqual(
          Math.max(2, columns),
        );
      }),
    );
  });
});
