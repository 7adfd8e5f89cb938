/** The report: what is claimed and measured first, the tables behind it, how to run it again. */
import type { Size } from './jobs.js';
import { cellName, unsafeCell } from './jobs.js';
import type { Results } from './results.js';
import { quantile } from './results.js';
import { held, rates, rateUnder, regressions, stableRates, unsafeWorlds } from './scenario.js';
import type { Disturbance, Scenario } from './scenario.js';
import type { SpeedReport } from './speed.js';
import {
  fastTable,
  figure,
  goodTable,
  meanFailed,
  percent,
  planRatio,
  ratioToOracle,
  regressionTable,
  stoppedPart,
  table,
} from './tables.js';

/** What a run is described by. */
export type RunInfo = {
  readonly seed: number;
  readonly size: Size;
  readonly sizeName: string;
  /** Options of the run besides the seed, as they are typed. */
  readonly options: string;
  /** Time of all cells together, on one processor. */
  readonly seconds: number;
  readonly speed: SpeedReport;
  readonly node: string;
};

/** `bench/evidence.md`. */
export function writeReport(results: Results, info: RunInfo): string {
  return [
    '# Evidence, measured',
    '',
    'Simulated rollouts, decided by Ascent’s own gate code (`packages/core`, `packages/stats`) and by the rules of other tools.',
    'Poisson arrivals, binomial routing, a candidate at 10 % for up to four hours unless said otherwise; false-rollback budget 1 %.',
    'The other tools are re-implementations of the rules read from their sources, at documented settings, fed with exact counts of every',
    'minute, which flatters them; any of them can be tuned. Everything is synthetic: no production trace was replayed.',
    '',
    `Seed ${info.seed}, size “${info.sizeName}”, ${Math.round(info.seconds)} s of one processor, Node ${info.node}. Again: \`npm run bench:evidence -- --seed ${info.seed}${info.options}\`.`,
    '',
    '## Claims',
    '',
    'Frequencies are those of the worst cell. “Above it, within chance”: more than the limit, by less than three standard errors of',
    'its runs, so this size of the bench neither shows nor refutes the claim; a larger one does (`--full`).',
    '',
    ...claims(results, info.speed),
    '',
    '## Good releases rolled back',
    '',
    `Candidate and stable fail alike; held at 10 % for 4 h. Ascent looks at errors and latency, every minute (runs in brackets; other tools ${info.size.peersOnGood} runs).`,
    '',
    ...goodTable(results),
    '',
    '## Bad releases',
    '',
    'Rolled back within 4 h / median candidate requests until then / mean failed requests of users (runs that were not rolled back count all 4 h). “÷ bound” and “÷ oracle”:',
    'mean candidate requests over the information bound for a test that does not know the common rate, and over the better of two tests that know both rates; only where at least 99 % are seen.',
    `Ticks of 60 s, ${info.size.regressions} runs a cell (Kayenta ${info.size.kayenta}); tolerance a quarter of a percentage point, limit 1 %.`,
    '',
    ...regressionTable(results),
    '',
    '### With ticks of 10 s',
    '',
    ...fastTable(results),
    '',
    '## Slower releases',
    '',
    'Log-normal latency (median 50 ms, σ 0.8) in buckets of growth 2^¼; “shift” slows every request, “tail” the slowest 8 %. Tolerance ×1.19, ticks of 10 s.',
    '',
    ...slowdownTable(results),
    '',
    '## Disturbances',
    '',
    'Good releases again (1 % errors). Shared ones need no remedy; for the others, without and with it.',
    '',
    ...disturbanceTable(results),
    '',
    '## Whole rollouts',
    '',
    'Rolled back / reached 100 % / mean failed requests of the candidate’s users within 4 h; stable fails 0.1 %. Ascent: 10 % and 50 %, each 5 to 60 minutes, then 100 %; tolerance 0.5 points, proof at 95 %.',
    'Flagger 10…50 % by 10 each minute; Argo 20/40/60/80 %, ten minutes each; Release Manager 5/20/50/80/100 %, 30 minutes each, at least 100 requests.',
    '',
    ...rolloutTable(results),
    '',
    '## Unsafe releases called safe',
    '',
    'The candidate fails more often by exactly the tolerance; how often the proof of the contrary is complete within 4 h, taken alone (a rollback usually comes first, and the share does not rise on',
    `the proof alone). 5 % is allowed. Worst of the stable revision’s error rates 0.1, 0.5 and 1 %; ${info.size.unsafe} runs each.`,
    '',
    ...unsafeTable(results),
    '',
  ].join('\n');
}

/** `unsure`: measured above the limit, by no more than chance does at so few runs. */
type Holds = boolean | 'unsure';
type Claim = { readonly text: string; readonly measured: string; readonly holds: Holds };

function sayHolds(holds: Holds): string {
  if (holds === 'unsure') return 'above it, within chance';
  return holds ? 'yes' : '**no**';
}

/** The lines that must hold, with what was measured. */
export function claims(results: Results, speed: SpeedReport): readonly string[] {
  const rows = [...allClaims(results), ...speedClaims(speed)].map(({ text, measured, holds }) =>
    /\d/.test(measured) ? [text, measured, sayHolds(holds)] : [text, 'not run', '–'],
  );
  return table(['claim', 'measured', 'holds'], rows);
}

function allClaims(results: Results): readonly Claim[] {
  const good = rates.flatMap((requestsPerMinute) =>
    stableRates.map((rate) => {
      const scenario = { ...held, requestsPerMinute, stableRate: rate, candidateRate: rate };
      return results.held(cellName('good', scenario), 'ascent');
    }),
  );
  const ratios = [...regressions(60_000), ...regressions(10_000)]
    .map((scenario) => ratioToOracle(results, cellName('regression', scenario)))
    .filter(Number.isFinite);
  const plans = regressions(10_000)
    .map((scenario) => planRatio(results, scenario))
    .filter(Number.isFinite);
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return [
    limitClaim('good releases rolled back, worst cell,', good, 0.01),
    ...sharedDisturbances.map((name) =>
      limitClaim(`the same under ${name}`, cellsOf(results, name), 0.01),
    ),
    ...remedies.map(({ name, limit }) =>
      limitClaim(
        `the same under ${name}, with the remedy`,
        cellsOf(results, `${name} remedy`),
        limit,
      ),
    ),
    limitClaim('sticky conversations, first failures counted', conversationCells(results), 0.02),
    {
      text: 'mean requests to detection ÷ oracle, mean over the grid ≤ 1.2',
      measured: figure(mean),
      holds: mean <= 1.2,
    },
    {
      text: 'the same in the worst cell seen with ≥ 99 %, ≤ 1.45',
      measured: figure(Math.max(...ratios)),
      holds: Math.max(...ratios) <= 1.45,
    },
    ...failedClaims(results),
    ...escapeClaims(results),
    ...unsafeClaims(results),
    {
      text: '`ascent plan`: simulated ÷ forecast time until 9 of 10 are seen, cells of more than two ticks, 0.75 … 1.25',
      measured: `${figure(Math.min(...plans))} … ${figure(Math.max(...plans))}`,
      holds: Math.min(...plans) >= 0.75 && Math.max(...plans) <= 1.25,
    },
  ];
}

function speedClaims(speed: SpeedReport): readonly Claim[] {
  const slowest = Math.max(...speed.perInterval.map(({ ms }) => ms));
  return [
    {
      text: 'one interval of up to 60,000 requests, errors and latency, ≤ 1 ms',
      measured: `${figure(slowest)} ms`,
      holds: slowest <= 1,
    },
    {
      text: 'a day of minutes at once, all questions of a plan (eleven e-processes), ≤ 50 ms',
      measured: `${figure(speed.dayMs)} ms (ten such plans: ${figure(speed.dayOfTenMs)} ms)`,
      holds: speed.dayMs <= 50,
    },
  ];
}

/** How often something happened in a cell. */
type Cell = { readonly stopped: number; readonly runs: number };

/**
 * A claim about the worst of many cells. It is contradicted only beyond three standard errors: the worst
 * of fifteen cells that keep exactly to the limit is above it in most runs of the bench.
 */
function limitClaim(text: string, cells: readonly (Cell | null)[], limit: number): Claim {
  const part = ({ stopped, runs }: Cell): number => stopped / runs;
  const worst = cells
    .filter((cell): cell is Cell => cell !== null)
    .toSorted((a, b) => part(b) - part(a))[0];
  if (worst === undefined) return { text, measured: '', holds: false };
  const allowed = limit * worst.runs + 3 * Math.sqrt(limit * worst.runs);
  return {
    text: `${text} ≤ ${percent(limit)}`,
    measured: `${percent(part(worst))} (${worst.stopped} of ${worst.runs})`,
    holds: worst.stopped <= limit * worst.runs || (worst.stopped <= allowed && 'unsure'),
  };
}

/** The greatest of what was measured; NaN when nothing was. */
function greatest(values: readonly number[]): number {
  const measured = values.filter(Number.isFinite);
  return measured.length === 0 ? NaN : Math.max(...measured);
}

const sharedDisturbances: readonly Disturbance[] = [
  'diurnal',
  'bursts',
  'outage',
  'share-12',
  'above-limit',
  'degraded-start',
];
const remedies = [
  { name: 'retries-1.5', limit: 0.01 },
  { name: 'retries-3', limit: 0.01 },
  { name: 'cold-start', limit: 0.01 },
  { name: 'slow-minutes', limit: 0.02 },
] as const;

function worldsOf(name: string): readonly Scenario[] {
  const rate = rateUnder(name);
  return rates.map((requestsPerMinute) => ({
    ...held,
    requestsPerMinute,
    stableRate: rate,
    candidateRate: rate,
  }));
}

function cellsOf(results: Results, name: string): readonly (Cell | null)[] {
  return worldsOf(name).map((scenario) => results.held(cellName(name, scenario), 'ascent'));
}

function conversationCells(results: Results): readonly (Cell | null)[] {
  return [60, 600].map((rate) => results.held(`conversations first failures|${rate}`, 'ascent'));
}

/** Users hurt in whole rollouts with ticks of ten seconds. */
function failedClaims(results: Results): readonly Claim[] {
  const cells = [60, 600, 6000].flatMap((requestsPerMinute) =>
    [0.01, 0.02, 0.05, 0.2].map((candidateRate) => {
      const failed = failedInRollout(results, { requestsPerMinute, candidateRate });
      const oneTick = (requestsPerMinute / 60) * candidateRate;
      return { failed, excess: failed - Math.max(10, oneTick) };
    }),
  );
  const broken = greatest([
    failedInRollout(results, { requestsPerMinute: 60, candidateRate: 1 }),
    ...[1, 5, 60].map((requestsPerMinute) => {
      const scenario = { ...held, requestsPerMinute, candidateRate: 1, tickMs: 10_000 };
      const outcome = results.held(cellName('regression', scenario), 'ascent');
      return outcome === null ? NaN : meanFailed(outcome);
    }),
  ]);
  const worst = cells.toSorted((a, b) => b.excess - a.excess)[0];
  return [
    {
      // Half a request is about one standard error of these means.
      text: 'mean failed requests per bad rollout (1 … 20 %, ticks of 10 s, ≥ 60 req/min) ≤ max(10, one tick’s) + 0.5',
      measured: `worst ${figure(worst?.failed ?? NaN)}`,
      holds: (worst?.excess ?? NaN) <= 0.5,
    },
    {
      text: 'the same, fully broken at ≤ 60 req/min ≤ 3',
      measured: figure(broken),
      holds: broken <= 3,
    },
  ];
}

function failedInRollout(
  results: Results,
  { requestsPerMinute, candidateRate }: { requestsPerMinute: number; candidateRate: number },
): number {
  const scenario = { ...held, requestsPerMinute, candidateRate, tickMs: 10_000 };
  const outcome = results.rollout(cellName('rollout ascent', scenario));
  return outcome === null ? NaN : outcome.failed / outcome.runs;
}

/** Regressions of ten times and more that reach everybody. */
function escapeClaims(results: Results): readonly Claim[] {
  const cells = [60, 600, 6000].flatMap((requestsPerMinute) =>
    [0.01, 0.02, 0.05, 0.2, 1].flatMap((candidateRate) =>
      [60_000, 10_000].map((tickMs) => {
        const scenario = { ...held, requestsPerMinute, candidateRate, tickMs };
        const outcome = results.rollout(cellName('rollout ascent', scenario));
        return outcome === null ? null : { stopped: outcome.promoted, runs: outcome.runs };
      }),
    ),
  );
  return [limitClaim('ten times worse reaches 100 % at ≥ 60 req/min', cells, 0.01)];
}

function unsafeCells(
  results: Results,
  matches: (world: (typeof unsafeWorlds)[number]) => boolean,
): readonly (Cell | null)[] {
  return unsafeWorlds
    .filter(matches)
    .map(({ scenario }) => results.held(unsafeCell(scenario), 'proof'));
}

function unsafeClaims(results: Results): readonly Claim[] {
  const cells = unsafeCells(results, () => true).filter((cell) => cell !== null);
  const mean = cells.reduce((sum, { stopped, runs }) => sum + stopped / runs, 0) / cells.length;
  const { text, measured, holds } = limitClaim('wrongly called safe, worst cell', cells, 0.05);
  return [{ text, measured: `${measured}, mean ${percent(mean)}`, holds }];
}

function unsafeTable(results: Results): readonly string[] {
  const rows = [5, 60, 600, 6000].flatMap((requestsPerMinute) =>
    [0.1, 0.5].map((share) => [
      String(requestsPerMinute),
      percent(share),
      ...[0.005, 0.01, 0.02, 0.05].map((difference) => {
        const cells = unsafeCells(
          results,
          (world) =>
            world.difference === difference &&
            world.scenario.share === share &&
            world.scenario.requestsPerMinute === requestsPerMinute,
        );
        return percent(greatest(cells.map((cell) => stoppedPart(cell))));
      }),
    ]),
  );
  return table(
    ['req/min', 'share', 'worse by 0.5 points', '1 point', '2 points', '5 points'],
    rows,
  );
}

function slowdownTable(results: Results): readonly string[] {
  const rows = [60, 600, 6000].flatMap((requestsPerMinute) =>
    (['shift', 'tail'] as const).map((kind) => [
      String(requestsPerMinute),
      kind,
      ...[1.2, 1.5, 2, 5].map((factor) => {
        const scenario = { ...held, requestsPerMinute, tickMs: 10_000 };
        const outcome = results.held(cellName(`slowdown ${kind} ${factor}`, scenario), 'ascent');
        if (outcome === null) return '–';
        return `${percent(stoppedPart(outcome))} / ${figure(quantile(outcome.stoppedRequests, 0.5))}`;
      }),
    ]),
  );
  return table(['req/min', 'kind', '×1.2: seen / median requests', '×1.5', '×2', '×5'], rows);
}

function disturbanceTable(results: Results): readonly string[] {
  const part = (name: string, scenario: Scenario): string =>
    percent(stoppedPart(results.held(cellName(name, scenario), 'ascent')));
  const rows = [
    ...sharedDisturbances.map((name) => [
      name,
      ...worldsOf(name)
        .slice(1)
        .map((scenario) => part(name, scenario)),
    ]),
    ...remedies.map(({ name }) => [
      name,
      ...worldsOf(name)
        .slice(1)
        .map((world) => `${part(`${name} bare`, world)} → ${part(`${name} remedy`, world)}`),
    ]),
    [
      'sticky conversations',
      ...[5, 60, 600, 6000].map((rate) => {
        const counted = (how: string): string =>
          percent(stoppedPart(results.held(`conversations ${how}|${rate}`, 'ascent')));
        return `${counted('requests')} → ${counted('first failures')}`;
      }),
    ],
  ];
  return table(['disturbance', '5 req/min', '60', '600', '6000'], rows);
}

function rolloutTable(results: Results): readonly string[] {
  const tools = ['ascent', 'Flagger', 'Argo Rollouts', 'Release Manager'] as const;
  const cell = (tool: string, scenario: Scenario): string => {
    const outcome = results.rollout(cellName(`rollout ${tool}`, scenario));
    if (outcome === null) return '–';
    const { runs, rolledBack, promoted, failed } = outcome;
    return `${percent(rolledBack / runs)} / ${percent(promoted / runs)} / ${figure(failed / runs)}`;
  };
  const rows = rates.flatMap((requestsPerMinute) =>
    [0.001, 0.005, 0.01, 0.02, 0.05, 0.2, 1].map((candidateRate) => {
      const scenario: Scenario = { ...held, requestsPerMinute, candidateRate };
      return [
        String(requestsPerMinute),
        percent(candidateRate),
        `**${cell('ascent', scenario)}**`,
        `**${cell('ascent', { ...scenario, tickMs: 10_000 })}**`,
        ...tools.slice(1).map((tool) => cell(tool, scenario)),
      ];
    }),
  );
  return table(['req/min', 'candidate', 'Ascent, 60 s', 'Ascent, 10 s', ...tools.slice(1)], rows);
}
