/** Ports for a plan: which adapter reads and writes the service, which reads the metrics. The only place that chooses. */
import {
  createBucketJournal,
  createJournal,
  createNotifier,
  createSmokeRunner,
  isBucketUrl,
  type Journal,
  type World,
} from '@ascent/controller';
import type { MetricsPort, RolloutPlan, ServicePort } from '@ascent/core';
import { createCloudMonitoringPort, createGateReader, createPrometheusPort } from '@ascent/metrics';
import { createPlanPort, type Slow } from '@ascent/platform';

import type { QuickFetch } from './quick-fetch.js';

/** Where decisions and finished rollouts are kept when nothing else is said. */
export const DEFAULT_JOURNAL_DIR = '.ascent/journal';

/** What a world is made of beside its plan. */
export type WorldOptions = {
  /** A directory, or `gs://BUCKET/FOLDER`. */
  readonly journalDir: string;
  /** @default the service that the plan names, where it says */
  readonly service?: ServicePort;
  /** Who is told where the platform does not answer. @default nobody */
  readonly slow?: Slow | undefined;
  /** @default Node's own */
  readonly fetch?: QuickFetch | undefined;
};

/** The real world for `plan`. */
export function createWorld(plan: RolloutPlan, options: WorldOptions): World {
  const journal = journalAt(options.journalDir);
  const now = (): number => Date.now();
  const notify = createNotifier({ env: process.env, now });
  return {
    service:
      options.service ?? createPlanPort(plan.platform, { slow: options.slow, ...by(options) }),
    metrics: metricsPort(plan, options),
    smoke: createSmokeRunner(),
    readGate: createGateReader({ env: process.env }),
    deliver: async (effect, record) => {
      switch (effect.type) {
        case 'journal':
          await journal.append(effect);
          return;
        case 'archive':
          await journal.finish(record);
          return;
        case 'notify':
          await notify(effect, record);
      }
    },
    now,
  };
}

function journalAt(place: string): Journal {
  if (!isBucketUrl(place)) return createJournal({ dir: place });
  // The variable that Google's own clients know; an emulator asks for no token.
  const emulator = process.env['STORAGE_EMULATOR_HOST'];
  return emulator === undefined
    ? createBucketJournal({ url: place, token: googleToken })
    : createBucketJournal({ url: place, endpoint: emulator, token: () => Promise.resolve(null) });
}

/** Application Default Credentials, loaded only where a bucket is written. */
async function googleToken(): Promise<string | null> {
  const { GoogleAuth } = await import('google-auth-library');
  const scopes = ['https://www.googleapis.com/auth/devstorage.read_write'];
  return (await new GoogleAuth({ scopes }).getAccessToken()) ?? null;
}

/** The client that was asked for, where one was. */
function by({ fetch }: Pick<WorldOptions, 'fetch'>): { readonly fetch?: QuickFetch } {
  return fetch === undefined ? {} : { fetch };
}

function metricsPort(
  { metrics, platform }: RolloutPlan,
  options: Pick<WorldOptions, 'fetch'>,
): MetricsPort {
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
        ...by(options),
      });
    case 'prometheus':
      return createPrometheusPort({
        url: metrics.url,
        names: metrics.names,
        stepMs: metrics.samplePeriodMs,
        visibilityDelayMs: metrics.visibilityDelayMs,
        ...by(options),
      });
  }
}
