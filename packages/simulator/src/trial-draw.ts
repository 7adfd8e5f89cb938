/** From one seed to everything that a trial is made of: plan, traffic, releases, controllers, people, weather. */
import { compilePlan } from '@ascent/core';
import { chanceFor, type Chance } from './chance.js';
import { withLife } from './life-draw.js';
import { drawClock, worstErrorMs } from './skewed-clock.js';
import type { Behaviour } from './users.js';
import { commands, meddlings } from './trial-plan.js';
import type { ControllerPlan, Deed, Release, ReleaseKind, TrialPlan } from './trial-plan.js';
import { drawWeather } from './weather.js';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2027, 0, 4, 0, 0, 0);
const people = ['ana', 'ben'] as const;

/** What a seed means: the first version knows none of `life-draw.ts`. Recorded seeds keep the version they were found with. */
export type DrawsVersion = 1 | 2;

/** The trial of `seed`. */
export function drawTrial(seed: number, draws: DrawsVersion = 2): TrialPlan {
  const first = drawFirst(seed);
  return draws === 1 ? first : withLife(first, chanceFor(seed, 'life'));
}

function drawFirst(seed: number): TrialPlan {
  const chance = chanceFor(seed, 'world');
  const startMs = START_MS + chance.whole(0, 86_400_000);
  const drawn = drawPlan(chance);
  const { plan } = drawn;
  const longestMs = plan.stages.reduce((sum, { holdMaxMs }) => sum + holdMaxMs, 0);
  const durationMs = Math.round(longestMs * (0.3 + chance.prng.uniform()));
  const healMs = startMs + durationMs;
  const clocks = drawControllers(chance, { startMs, durationMs });
  const laptop = drawClock(chance, { startMs, durationMs });
  const errors = [...clocks.map(({ clock }) => clock), laptop];
  const allTimeMs = durationMs + 4 * longestMs + 180 * MINUTE_MS;
  return {
    ...drawn,
    seed,
    startMs,
    healMs,
    restMs: startMs + allTimeMs,
    demand: {
      requestsPerMinute: chance.scale(5, 3_000),
      dailySwing: 0.8 * chance.prng.uniform(),
      peakMs: chance.whole(0, 86_400_000),
    },
    healthy: {
      failureRate: chance.pick([0, 0.001, 0.005]),
      latency: { medianMs: 400, steepness: 3 },
    },
    finelyMeasured: chance.happens(0.1),
    releases: drawReleases(chance, { startMs, durationMs }),
    controllers: clocks,
    laptop,
    deeds: drawDeeds(chance, { startMs, durationMs }),
    weather: drawWeather(chance),
    clocksApartMs: 2 * Math.max(...errors.map((error) => worstErrorMs(error, allTimeMs))),
  };
}

type Span = { readonly startMs: number; readonly durationMs: number };

function drawPlan(chance: Chance): Pick<TrialPlan, 'plan' | 'approvalStages'> {
  const shares = chance.pick([
    [0, 10, 50, 100],
    [0, 5, 25, 100],
    [0, 50, 100],
    [0, 1, 10, 40, 100],
    [0, 100],
  ]);
  const approvalStages: string[] = [];
  const stages = shares.map((share) => {
    const name = `at${share}`;
    const hold = chance.whole(1, 8);
    const approval = share > 0 && chance.happens(0.25);
    if (approval) approvalStages.push(name);
    return {
      name,
      share,
      hold: `${hold}m to ${hold * chance.whole(1, 4)}m`,
      ...(share === 0 && chance.happens(0.7)
        ? { smoke: { checks: [{ name: 'health', path: '/health' }] } }
        : {}),
      ...(approval ? { approval: 'required' } : {}),
    };
  });
  const samplePeriod = chance.pick(['15s', '60s']);
  const result = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:8080' } },
    metrics: {
      cloudMonitoring: { samplePeriod, visibilityDelay: chance.pick(['0s', '60s', '3m']) },
    },
    stages,
    gates: {
      errorRate: { max: '2%', worseThanStableBy: '1%' },
      ...(chance.happens(0.5) ? { latencyP95: { max: '3s', worseThanStableBy: '50%' } } : {}),
    },
    rollback: chance.happens(0.5) ? { errorRate: { above: '10%', for: '5m' } } : {},
    whenUndecidable: chance.pick(['hold', 'ask', 'promote']),
    whenBlind: { after: '10m', do: chance.pick(['hold', 'ask', 'rollback']) },
    readyWithin: '10m',
    warmUp: '30s',
  });
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return { plan: result.plan, approvalStages };
}

function drawControllers(chance: Chance, span: Span): readonly ControllerPlan[] {
  return Array.from({ length: chance.pick([1, 1, 2, 3]) }, (_, index) => ({
    name: `controller ${index + 1}`,
    style: chance.pick(['loop', 'loop', 'cron'] as const),
    intervalMs: chance.pick([20_000, 40_000, 60_000]),
    clock: drawClock(chance, span),
  }));
}

function drawReleases(chance: Chance, { startMs, durationMs }: Span): readonly Release[] {
  const count = chance.pick([1, 1, 1, 1, 2, 3]);
  return Array.from({ length: count }, (_, index) => {
    const kind = chance.pick<ReleaseKind>([
      'good',
      'good',
      'good',
      'good',
      'good',
      'good',
      'worse',
      'slow',
      'broken',
      'unready',
      'failsSmoke',
    ]);
    return {
      revision: `web-0000${index + 2}`,
      atMs: index === 0 ? startMs : startMs + Math.round(durationMs * chance.prng.uniform()),
      kind,
      startUpMs: chance.whole(1_000, 240_000),
      behaviour: behaviourOf(kind),
    };
  }).toSorted((a, b) => a.atMs - b.atMs);
}

function behaviourOf(kind: ReleaseKind): Behaviour {
  const latency = { medianMs: kind === 'slow' ? 1_600 : 400, steepness: 3 };
  const rates = { good: 0.001, slow: 0.001, worse: 0.06, broken: 0.8, unready: 1, failsSmoke: 0.5 };
  return { failureRate: rates[kind], latency };
}

function drawDeeds(chance: Chance, { startMs, durationMs }: Span): readonly Deed[] {
  const deeds: Deed[] = [];
  // What happens within seconds of something else is what nobody has thought of.
  const at = (): number => {
    const last = deeds.at(-1);
    if (last !== undefined && chance.happens(0.4)) return last.atMs + chance.whole(100, 40_000);
    return startMs + Math.round(durationMs * chance.prng.uniform());
  };
  const meddling = chance.happens(0.5) ? chance.whole(1, 3) : 0;
  const clicks = chance.pick([0, 0, 2, 8]);
  for (let left = meddling + clicks; left > 0; left -= 1) {
    const meddles = chance.whole(1, meddling + clicks) <= meddling;
    const what = meddles ? chance.pick(meddlings) : chance.pick(commands);
    const by = meddles
      ? what === 'applyTerraform'
        ? 'terraform'
        : 'console'
      : chance.pick(people);
    deeds.push({ atMs: at(), by, what });
  }
  return deeds.sort((a, b) => a.atMs - b.atMs);
}
