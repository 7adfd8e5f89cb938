/** How busy the instances of one revision were in one interval. Every metrics adapter that knows delivers this shape. */

/** What can run out. */
export type Resource = 'cpu' | 'memory';

/** One resource of one revision in one interval (start exclusive, end inclusive, Unix milliseconds). */
export type UtilizationPoint = {
  readonly revision: string;
  readonly resource: Resource;
  readonly startMs: number;
  readonly endMs: number;
  /** The busiest one in a hundred of all samples of all instances: a ratio of the limit, 0 … 1. */
  readonly p99Ratio: number;
};
