import { describe, expect, it } from 'vitest';
import { parseDryRun, parseFlag } from './query-flags.js';

const query = (text: string): URLSearchParams => new URLSearchParams(text);

describe('parseFlag', () => {
  it.each([
    ['', false],
    ['f=', false],
    ['f=false', false],
    ['f=true', true],
  ])('reads %j as %s', (text, wanted) => {
    expect(parseFlag(query(text), 'f')).toBe(wanted);
  });

  it.each(['f=True', 'f=1', 'f=yes'])('refuses %s', (text) => {
    expect(() => parseFlag(query(text), 'f')).toThrow(/^f: '.+' must be true or false\.$/);
  });
});

describe('parseDryRun', () => {
  it.each([
    ['', undefined, false],
    ['dryRun=', null, false],
    ['dryRun=all', undefined, true],
    ['dryRun=All', undefined, true],
    ['', { kind: 'DeleteOptions', dryRun: ['All'] }, true],
    ['', { dryRun: [] }, false],
  ])('reads %j with %j as %s', (text, options, wanted) => {
    expect(parseDryRun(query(text), options)).toBe(wanted);
  });

  it.each([
    ['dryRun=true', undefined],
    ['dryRun=ALL', undefined],
    ['', { dryRun: ['bogus'] }],
    ['', { dryRun: 'bogus' }],
  ])('refuses %j with %j', (text, options) => {
    expect(() => parseDryRun(query(text), options)).toThrow(/^dryRun: '.+' must be all\.$/);
  });
});
