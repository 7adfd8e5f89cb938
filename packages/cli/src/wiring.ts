/** Ports for a plan: which adapter reads and writes the service, which reads the metrics. The only place that chooses. */
import { createJournal, createSmokeRunner, type World } from '@ascent/controller';
import type { MetricsPort, RolloutPlan } from '@ascent/core';
import { createCloudMonitoringPort, createPrometheusPort } from '@ascent/metrics';
import { createServicePort } from '@ascent/platform';

/** Where decisions and finished rollouts are kept when nothing else is said. */
export const DEFAULT_JOURNAL_DIR = '.ascent/journal';

/** The real world for `plan`. */
export function createWorld(plan: RolloutPlan, options: { readonly journalDir: string }): World {
  const journal = createJournal({ dir: options.journalDir });
  return {
    service: createServicePort({ platform: plan.platform }),
    metrics: metricsPort(plan),
    smoke: createSmokeRunner(),
    deliver: (effect, record) =>
      effect.type === 'journal' ? journal.append(effect) : journal.finish(record),
    now: () => Date.now(),
  };
}

function metricsPort({ metrics, platform }: RolloutPlan): MetricsPort {
  switch (metrics.type) {
    case 'cloudMonitoring':
      return createCloudMonitoringPort({
        project: metrics.project,
        location: platform.type === 'cloudRun' ? platform.region : null,
        endpoint: metrics.endpoint,
        samplePeriodMs: metrics.samplePeriodMs,
        visibilityDelayMs: metrics.visibilityDelayMs,
        // cloud-run-local asks for no token; Google does.
        anonymous: platform.type === 'local',
      });
    case 'prometheus':
      return createPrometheusPort({
        url: metrics.url,
        stepMs: metrics.samplePeriodMs,
        visibilityDelayMs: metrics.visibilityDelayMs,
      });
  }
}
