import { expect, it } from 'vitest';
import { parseLogFilter } from './logging-routes.js';

it.each([
  ['bogus=(', 'bogus'],
  ['bogus="x"', "no field 'bogus'"],
  ['severity=(', 'wanted a value'],
  ['=ERROR', 'wanted a field'],
  ['severity>=BOGUS', 'BOGUS'],
  ['severity=BOGUS', 'BOGUS'],
  ['timestamp>"soon"', 'soon'],
  ['receiveTimestamp>"soon"', 'soon'],
  ['textPayload=constructor("x")', "no function 'constructor'"],
  ['severity constructor ERROR', "'constructor' is no comparison"],
  ['textPayload=monitoring.regex.full_match("(")', "'(' is no regular expression"],
  ['('.repeat(20_000), 'nested too deeply'],
])('refuses %s', (filter, named) => {
  expect(() => parseLogFilter(filter)).toThrow(named);
});

it.each(['', 'severity>=ERROR', 'NOT (textPayload:"(" OR jsonPayload.a.b="c")'])(
  'reads %s',
  (filter) => {
    expect(parseLogFilter(filter)).toBeTypeOf('function');
  },
);

it('passes over what came too early without reading it', () => {
  const matches = parseLogFilter('receiveTimestamp>="2026-01-02T00:00:00Z" AND (severity=ERROR)');
  const whole = () => {
    throw new Error('was read');
  };
  expect(matches({ receiveTimestamp: '2026-01-01T00:00:00.000Z', whole })).toBe(false);
  expect(() => matches({ receiveTimestamp: '2026-01-03T00:00:00.000Z', whole })).toThrow(
    'was read',
  );
});
