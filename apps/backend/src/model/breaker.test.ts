import { expect, test } from 'vitest';
import { Breaker } from './breaker.js';

const options = { failuresMax: 3, coolDownMs: 5_000 };

function failThreeTimes(breaker: Breaker): void {
  for (let failure = 0; failure < 3; failure++) breaker.reportFailure(0);
}

test('single failures do not stop anybody', () => {
  const breaker = new Breaker(options);
  for (let round = 0; round < 10; round++) {
    breaker.reportFailure(round);
    breaker.reportFailure(round);
    breaker.reportSuccess();
  }
  expect(breaker.allow(10)).toBe(true);
});

test('after three failures in a row nobody tries until the cool-down is over, then one does', () => {
  const breaker = new Breaker(options);
  failThreeTimes(breaker);
  expect(breaker.allow(4_999)).toBe(false);
  expect(breaker.allow(5_000)).toBe(true);
  expect(breaker.allow(5_001)).toBe(false);
});

test('the one that tries opens the way for all, or closes it again', () => {
  const breaker = new Breaker(options);
  failThreeTimes(breaker);
  expect(breaker.allow(5_000)).toBe(true);
  breaker.reportFailure(6_000);
  expect(breaker.allow(10_999)).toBe(false);
  expect(breaker.allow(11_000)).toBe(true);
  breaker.reportSuccess();
  expect([breaker.allow(11_001), breaker.allow(11_001)]).toEqual([true, true]);
});

test('an exhausted quota closes at once', () => {
  const breaker = new Breaker(options);
  breaker.reportFailure(0, true);
  expect(breaker.allow(1)).toBe(false);
});

test('a diver who leaves does not keep the next one from trying', () => {
  const breaker = new Breaker(options);
  failThreeTimes(breaker);
  expect(breaker.allow(5_000)).toBe(true);
  breaker.reportNothing();
  expect(breaker.allow(5_001)).toBe(true);
});
