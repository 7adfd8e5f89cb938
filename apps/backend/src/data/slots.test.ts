import { expect, test } from 'vitest';
import { NoSlotError, Slots } from './slots.js';

function blocker(): { readonly work: () => Promise<void>; readonly finish: () => void } {
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  return { work: () => done, finish };
}

test('work beyond the slots waits its turn, first come first served', async () => {
  const slots = new Slots({ slots: 1, queueMax: 5, waitMs: 10_000 });
  const order: string[] = [];
  const first = blocker();
  const running = [
    slots.run(first.work),
    slots.run(() => Promise.resolve(void order.push('second'))),
    slots.run(() => Promise.resolve(void order.push('third'))),
  ];
  expect([slots.taken, slots.waiting]).toEqual([1, 2]);
  first.finish();
  await Promise.all(running);
  expect(order).toEqual(['second', 'third']);
  expect([slots.taken, slots.waiting]).toEqual([0, 0]);
});

test('a full queue refuses at once', async () => {
  const slots = new Slots({ slots: 1, queueMax: 0, waitMs: 10_000 });
  const first = blocker();
  const running = slots.run(first.work);
  await expect(slots.run(() => Promise.resolve())).rejects.toThrow(NoSlotError);
  first.finish();
  await running;
});

test('whoever waits too long is refused and leaves the queue', async () => {
  const slots = new Slots({ slots: 1, queueMax: 5, waitMs: 1 });
  const first = blocker();
  const running = slots.run(first.work);
  await expect(slots.run(() => Promise.resolve())).rejects.toThrow('within 1 ms');
  expect(slots.waiting).toBe(0);
  first.finish();
  await running;
  expect(await slots.run(() => Promise.resolve('served'))).toBe('served');
});

test('failing work gives its slot back', async () => {
  const slots = new Slots({ slots: 1, queueMax: 0, waitMs: 1 });
  await expect(slots.run(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  expect(slots.taken).toBe(0);
});
