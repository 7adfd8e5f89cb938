import { describe, expect, test } from 'vitest';
import { begin } from './begin.js';
import type { ExpectedTraffic } from '../evidence/index.js';
import { noticesAtStart, undecidableNotices } from './notices.js';
import { compilePlan } from '../plan/plan-compile.js';
import type { RolloutPlan } from '../plan/plan.js';
import type { ServiceView } from '../world/ports.js';

function planOf(settings: object = {}): RolloutPlan {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1' } },
    ...settings,
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

const boundsMs = [100, 200, 300, 400, 500, 10_000];
const traffic: ExpectedTraffic = {
  requestsPerMinute: 5,
  errorRate: 0,
  latency: { layout: { type: 'explicit', boundsMs }, counts: [500, 300, 100, 60, 30, 10, 0] },
  spanMs: 86_400_000,
};

const view: ServiceView = {
  service: 'web',
  resourceVersion: '1',
  record: null,
  traffic: [{ revision: 'web-1', percent: 100, tag: null }],
  served: [],
  settled: true,
  missing: [],
  routed: true,
  latestCreated: 'web-2',
  latestReady: 'web-2',
  latestReadiness: { type: 'ready' },
  url: null,
  sessionAffinity: false,
  lastModifier: null,
};

describe('before a rollout', () => {
  test('one failed request of one stops nothing, and is said once for all stages', () => {
    const all = { requestsPerMinute: 1 / 1_440, errorRate: 1, latency: null };
    const notices = noticesAtStart({ plan: planOf(), record: null, view, traffic: all }, 'web-1');
    const about = notices.filter((notice) => notice.includes('itself fails 100 % of requests'));
    expect(about).toHaveLength(1);
    expect(about[0]).toMatch(/^Stages canary, half, full cannot be decided/);
  });

  test.each([1, Number.NaN])(
    'an error rate of %d does not keep a rollout from beginning',
    (errorRate) => {
      const all = { requestsPerMinute: 1 / 1_440, errorRate, latency: null };
      const context = { plan: planOf(), record: null, view, nowMs: 0, by: 'ada', again: null };
      expect(begin({ ...context, traffic: all }).type).toBe('started');
    },
  );

  test('a forecast that cannot be made is said, and never thrown', () => {
    const wrong = { ...traffic, errorRate: Number.NaN };
    expect(() => undecidableNotices(planOf(), wrong)).toThrow();
    const notices = noticesAtStart({ plan: planOf(), record: null, view, traffic: wrong }, 'web-1');
    expect(notices.at(-1)).toContain('could not be worked out');
  });

  test('a stage without enough requests is named with the span its traffic was measured over', () => {
    const notices = undecidableNotices(planOf(), traffic);
    expect(notices.join('\n')).toContain(
      'cannot be decided at 5 requests a minute (measured over the last 24h)',
    );
  });

  test('a limit that lies beyond the last bucket is named', () => {
    const plan = planOf({
      gates: { latencyP95: { max: '30s', worseThanStableBy: '25%' } },
      rollback: { latencyP95: { above: '40s', for: '5m' } },
    });
    expect(undecidableNotices(plan, traffic).join('\n')).toContain(
      'gates.latencyP95.max is 30s, but latencies are counted only up to 10s',
    );
  });

  test('latencies that nobody measured are missed where a gate asks', () => {
    const plan = planOf({ gates: { latencyP95: { max: '2s', worseThanStableBy: '25%' } } });
    const unknown = { ...traffic, latency: null };
    expect(undecidableNotices(plan, unknown)[0]).toContain('No latency was measured');
  });

  test('a proof beyond a year is called that, and nobody is told to hold so long', () => {
    const rare = { ...traffic, requestsPerMinute: 1e-9 };
    const notices = undecidableNotices(planOf(), rare).join('\n');
    expect(notices).toContain('at less than 1 request a day');
    expect(notices).toContain('takes more than a year to be proven good');
    expect(notices).not.toContain('hold up to');
  });
});
