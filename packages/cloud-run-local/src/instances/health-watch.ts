/**
 * Liveness and readiness of a running instance. https://cloud.google.com/run/docs/configuring/healthchecks
 * A liveness probe that fails as often as it may ends the instance; a readiness probe that does takes it out
 * of the choice until it passes again. Neither runs before the startup probe has passed.
 */
import { attemptProbe, type ProbeTarget } from './probe.js';

/** What a watch reports. */
export interface HealthEvents {
  /** The probe has failed as often as it may. */
  readonly onFailed: (failures: number) => void;
  /** The probe passed after it had failed so. */
  readonly onRecovered: () => void;
}

/** Probes again and again until `signal` aborts. */
export function watchHealth(target: ProbeTarget, events: HealthEvents, signal: AbortSignal): void {
  const { probe } = target;
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  const failuresMax = probe.failureThreshold ?? 3;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  const attempt = async (): Promise<void> => {
    const passed = await attemptProbe(target, signal);
    if (signal.aborted) return;
    if (passed && failures >= failuresMax) events.onRecovered();
    failures = passed ? 0 : failures + 1;
    if (failures === failuresMax) events.onFailed(failures);
    timer = setTimeout(() => void attempt(), periodMs);
  };
  timer = setTimeout(() => void attempt(), (probe.initialDelaySeconds ?? 0) * 1000);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
  });
}
