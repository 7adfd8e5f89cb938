/**
 * When each request of a load test is meant to be sent: decided before the first one, and never changed by how the
 * service answers.
 *
 * A tester whose users wait for slow answers asks less while the service is slow, and so hardly sees the slowness
 * ("coordinated omission", Gil Tene, https://www.youtube.com/watch?v=lJ8ydIuPFeU). Here `u` users with a pause of `z`
 * seconds mean `u / z` requests a second, whatever the answers do, and a latency is counted from the moment its request
 * was meant to be sent. Users change linearly within a stage, as in k6's `stages`, so the number of requests due by time
 * t is a quadratic in each stage, and the time of the k-th request its root.
 * Pure.
 */

/** One stage: the number of users goes linearly to `users` within `durationMs`. */
export type LoadStage = { readonly durationMs: number; readonly users: number };

/** The stages of the requirements: 10 users within 2 minutes, 50 within 5, none within 2. */
export const REQUIRED_STAGES: readonly LoadStage[] = [
  { durationMs: 120_000, users: 10 },
  { durationMs: 300_000, users: 50 },
  { durationMs: 120_000, users: 0 },
];

/** How long all stages take together. */
export function durationOf(stages: readonly LoadStage[]): number {
  return stages.reduce((total, { durationMs }) => total + durationMs, 0);
}

/** The number of users at `atMs` (not rounded). */
export function usersAt(stages: readonly LoadStage[], atMs: number): number {
  let from = 0;
  let startMs = 0;
  for (const { durationMs, users } of stages) {
    if (atMs < startMs + durationMs) return from + ((users - from) * (atMs - startMs)) / durationMs;
    startMs += durationMs;
    from = users;
  }
  return from;
}

/** The times at which requests are due, ascending, in milliseconds from the start. */
export function* dueTimes(stages: readonly LoadStage[], thinkMs: number): Generator<number> {
  let from = 0;
  let startMs = 0;
  /** Requests due before this stage; the first one of all is due when half of it has accrued. */
  let before = 0;
  let next = 0.5;
  for (const { durationMs, users } of stages) {
    const perMs = from / thinkMs;
    const growth = (users - from) / durationMs / thinkMs;
    const total = before + perMs * durationMs + (growth * durationMs ** 2) / 2;
    for (; next <= total; next += 1) {
      yield startMs + whenAccrued(next - before, perMs, growth);
    }
    before = total;
    startMs += durationMs;
    from = users;
  }
}

/** The smallest t ≥ 0 with `perMs·t + growth·t²/2 = amount`. This form of the root is stable for a small `growth`. */
function whenAccrued(amount: number, perMs: number, growth: number): number {
  const discriminant = Math.max(0, perMs ** 2 + 2 * growth * amount);
  return (2 * amount) / (perMs + Math.sqrt(discriminant));
}
