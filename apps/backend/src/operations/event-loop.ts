import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Watches how late the event loop runs. */
export interface EventLoopWatch {
  /** Mean delay in the better one of the last two seconds, milliseconds: one hiccup is no overload. */
  readonly lagMs: () => number;
  readonly stop: () => void;
}

const resolutionMs = 20;
const windowMs = 1_000;

/** Starts watching; costs one timer a second and Node's own histogram. */
export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let lagMs = 0;
  let earlierMs = 0;
  const timer = setInterval(() => {
    // The histogram holds the time between two samples, in nanoseconds; what exceeds the resolution is lag.
    earlierMs = lagMs;
    lagMs = Number.isNaN(histogram.mean) ? 0 : Math.max(0, histogram.mean / 1e6 - resolutionMs);
    histogram.reset();
  }, windowMs).unref();
  return {
    lagMs: () => Math.min(lagMs, earlierMs),
    stop: () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
