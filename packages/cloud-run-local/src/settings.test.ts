import { expect, it } from 'vitest';
import { parseDurationMs, projectNumber } from './settings.js';

it.each([
  ['250ms', 250],
  ['1.5s', 1500],
  ['2m', 120_000],
  ['1h', 3_600_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDurationMs('--x', text)).toBe(ms);
});

it('names the option, the value and the remedy', () => {
  expect(() => parseDurationMs('--idle-timeout', 'soon')).toThrow(
    "--idle-timeout 'soon' is no duration; write it as 250ms, 60s, 2m or 1h",
  );
});

it('makes twelve digits of a project, always the same', () => {
  expect(projectNumber('local')).toMatch(/^[1-9]\d{11}$/);
  expect(projectNumber('local')).toBe(projectNumber('local'));
  expect(projectNumber('123')).toBe('123');
});
