/** How many requests come, hour by hour: a day has a quiet night and a busy afternoon. */

const DAY_MS = 86_400_000;

/** A service's traffic. */
export type Demand = {
  /** Average over a day. */
  readonly requestsPerMinute: number;
  /** 0 is the same all day; 0.8 has nights at a fifth of the average. */
  readonly dailySwing: number;
  /** Time of day of the peak. */
  readonly peakMs: number;
};

/** Requests per minute at that time. */
export function demandAt({ requestsPerMinute, dailySwing, peakMs }: Demand, atMs: number): number {
  const phase = (2 * Math.PI * ((atMs % DAY_MS) - peakMs)) / DAY_MS;
  return requestsPerMinute * (1 + dailySwing * Math.cos(phase));
}
