/**
 * What Cloud Run asks for in a tier 1 region (us-central1 among them), request-based billing, in US dollars.
 *
 * Read from stored copies of https://cloud.google.com/run/pricing, which carry no date themselves; the newest dated text
 * that names the same numbers is of 9 October 2026. Prices change: compare before you quote, and change `readOn` with them.
 */

/** A price table. */
export type Prices = {
  readonly readOn: string;
  readonly confirmedOn: string;
  readonly source: string;
  readonly currency: 'USD';
  /** While an instance serves at least one request. */
  readonly activeVcpuSecond: number;
  readonly activeGibSecond: number;
  /** While a minimum instance waits. */
  readonly idleVcpuSecond: number;
  readonly idleGibSecond: number;
  readonly request: number;
  /** Every month, for all services of one billing account together. */
  readonly free: {
    readonly vcpuSeconds: number;
    readonly gibSeconds: number;
    readonly requests: number;
  };
};

/** The present table. */
export const tierOnePrices: Prices = {
  readOn: '2026-11-22',
  confirmedOn: '2026-10-09',
  source: 'https://cloud.google.com/run/pricing',
  currency: 'USD',
  activeVcpuSecond: 0.000024,
  activeGibSecond: 0.0000025,
  idleVcpuSecond: 0.0000025,
  idleGibSecond: 0.0000025,
  request: 0.4 / 1_000_000,
  free: { vcpuSeconds: 180_000, gibSeconds: 360_000, requests: 2_000_000 },
};
