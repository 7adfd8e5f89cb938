import { describe, expect, it } from 'vitest';
import { keepUnseen } from './unseen-fields.js';

describe('keepUnseen', () => {
  it('keeps what neither side shows, and takes what changed', () => {
    const stored = { hidden: 1, shown: { a: 'old', hidden: 2 }, gone: true };
    const before = { shown: { a: 'old' }, gone: true };
    const after = { shown: { a: 'new', b: 'added' } };
    expect(keepUnseen<object>(stored, { before, after })).toEqual({
      hidden: 1,
      shown: { a: 'new', hidden: 2, b: 'added' },
    });
  });

  it('keeps the stored form of what looks the same', () => {
    const stored = { boost: 'false', env: [{ name: 'N' }] };
    const before = { env: [{ name: 'N', value: '' }] };
    expect(keepUnseen<object>(stored, { before, after: before })).toBe(stored);
  });

  it('goes into lists of one length, and takes others whole', () => {
    const stored = { list: [{ a: 1, hidden: 1 }] };
    const before = { list: [{ a: 1 }] };
    const same = { list: [{ a: 2 }] };
    const longer = { list: [{ a: 2 }, { a: 3 }] };
    expect(keepUnseen<object>(stored, { before, after: same })).toEqual({
      list: [{ a: 2, hidden: 1 }],
    });
    expect(keepUnseen<object>(stored, { before, after: longer })).toEqual(longer);
  });
});
