import fc from 'fast-check';
import { expect, it } from 'vitest';
import { desiredInstances, type Demand } from './scaling.js';

const calm: Demand = {
  inFlight: 0,
  queued: 0,
  averageInFlight: 0,
  concurrency: 80,
  minInstances: 0,
  maxInstances: 100,
};

it.each<[string, Partial<Demand>, number]>([
  ['nothing to do needs none', {}, 0],
  ['a minimum is kept', { minInstances: 2 }, 2],
  ['one request needs one', { queued: 1 }, 1],
  ['a full instance and one more need two', { inFlight: 80, queued: 1 }, 2],
  ['an average above 60 % needs another', { inFlight: 49, averageInFlight: 49 }, 2],
  ['an average at 60 % does not', { inFlight: 48, averageInFlight: 48 }, 1],
  ['the maximum holds', { queued: 1000, concurrency: 1, maxInstances: 3 }, 3],
])('%s', (_title, demand, expected) => {
  expect(desiredInstances({ ...calm, ...demand })).toBe(expected);
});

it('never leaves its bounds, and has a place for every request where the maximum allows it', () => {
  const demands = fc.record({
    inFlight: fc.nat(500),
    queued: fc.nat(500),
    averageInFlight: fc.nat(500),
    concurrency: fc.integer({ min: 1, max: 1000 }),
    minInstances: fc.nat(5),
    maxInstances: fc.integer({ min: 5, max: 100 }),
  });
  fc.assert(
    fc.property(demands, (demand) => {
      const count = desiredInstances(demand);
      expect(count).toBeGreaterThanOrEqual(demand.minInstances);
      expect(count).toBeLessThanOrEqual(demand.maxInstances);
      const places = count * demand.concurrency;
      expect(places >= demand.inFlight + demand.queued || count === demand.maxInstances).toBe(true);
    }),
  );
});
