/**
 * What the gates read: how many requests one revision answered in one interval, and how.
 * Every metrics adapter delivers this shape, so deciding never knows where numbers came from.
 */

/** Bucket edges of a latency histogram, in milliseconds. */
export type HistogramLayout =
  | {
      /** Bucket 0 is below `scaleMs`; bucket i is [scaleMs·growth^(i-1), scaleMs·growth^i); the last is open. */
      readonly type: 'exponential';
      readonly scaleMs: number;
      readonly growthFactor: number;
      readonly finiteBuckets: number;
    }
  | {
      /** Bucket i ends at `boundsMs[i]`; one more bucket is open above the last bound. */
      readonly type: 'explicit';
      readonly boundsMs: readonly number[];
    };

/** A latency histogram. Trailing empty buckets may be left out of `counts`. */
export type LatencyHistogram = {
  readonly layout: HistogramLayout;
  readonly counts: readonly number[];
};

/** Requests of one revision in one interval (start exclusive, end inclusive, Unix milliseconds). */
export type TrafficPoint = {
  readonly revision: string;
  readonly startMs: number;
  readonly endMs: number;
  /** All requests answered. */
  readonly requests: number;
  /** Requests answered with a 5xx status, proxy time-outs and failed connections included. */
  readonly errors: number;
  /** Latencies of the requests; `null` when the source has none for this interval. */
  readonly latency: LatencyHistogram | null;
};
