import { compilePlan, type RolloutPlan } from '@ascent/core';
import { scenarios, type Scenario } from '@ascent/simulator';
import { describe, expect, test } from 'vitest';
import { sparkline } from './chart.js';
import { defaultSize } from './money.js';
import { simulate, simulateMany, type Simulated } from './simulate.js';
import { distributionText, runText } from './simulate-text.js';

function compiled(): RolloutPlan {
  const result = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:8080' } },
    stages: [
      { name: 'smoke', share: 0, hold: '10m' },
      { name: 'canary', share: 10, hold: '1h to 2h' },
      { name: 'full', share: 100, hold: '1h to 2h', approval: 'required' },
    ],
    gates: { errorRate: { max: '2%', worseThanStableBy: '1%' } },
  });
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

function scenario(name: string): Scenario {
  const found = scenarios.get(name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

function wanted(name: string, runs = 1): Simulated {
  return {
    plan: compiled(),
    planFile: 'ascent.yaml',
    scenario: scenario(name),
    seed: 7,
    runs,
    rate: 600,
    errors: 0.002,
    latency: 400,
    stepMs: 60_000,
    size: defaultSize,
  };
}

const silent = (): void => undefined;

describe('a simulated release', () => {
  test('that is good is promoted, with the approval that somebody gives', async () => {
    const run = await simulate(wanted('good'), silent);
    expect(run.end).toBe('promoted');
    expect(run.decisions.map(({ type }) => type)).toContain('approved');
    expect(run.course.at(-1)?.sharePercent).toBe(100);
    // Some of its answers failed, as some of the old revision's would have.
    expect([run.usersHurt, run.candidate.errors > 0]).toEqual([0, true]);
  });

  test('that is broken is rolled back, and says how many users it hurt', async () => {
    const run = await simulate(wanted('broken'), silent);
    expect(run.end).toBe('rolledBack');
    expect(run.usersHurt).toBeGreaterThan(0);
    const text = runText(wanted('broken'), run);
    expect(text).toContain('rolled back after');
    expect(text).toContain(`users hurt by the release: ${run.usersHurt} answers`);
  });

  test('is the same with the same seed', async () => {
    const [first, second] = [
      await simulate(wanted('leak'), silent),
      await simulate(wanted('leak'), silent),
    ];
    expect(first).toEqual(second);
  });

  test('fails smoke or never starts, and no user has seen it', async () => {
    for (const name of ['unready', 'smoke']) {
      const run = await simulate({ ...wanted(name), plan: withSmoke() }, silent);
      expect([run.end, run.candidate.requests]).toEqual(['rolledBack', 0]);
    }
  });
});

function withSmoke(): RolloutPlan {
  const plan = compiled();
  const checks = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:8080' } },
    stages: [
      { name: 'a', share: 0, hold: '1m', smoke: { checks: [{ name: 'health', path: '/health' }] } },
      { name: 'b', share: 100, hold: '1m' },
    ],
  });
  if (checks.type === 'faults') throw new Error(JSON.stringify(checks.faults));
  const smoke = checks.plan.stages[0]?.smoke ?? [];
  return {
    ...plan,
    stages: plan.stages.map((stage, index) => (index === 0 ? { ...stage, smoke } : stage)),
  };
}

test('many releases are counted by how they ended', async () => {
  const distribution = await simulateMany(wanted('broken', 5), silent);
  expect(distribution.ends).toEqual({ rolledBack: 5 });
  expect(distribution.runs.map(({ seed }) => seed)).toEqual([7, 8, 9, 10, 11]);
  expect(distributionText(wanted('broken', 5), distribution)).toContain(
    'rolled back: 5 of 5 (100.0 %)',
  );
});

describe('a chart', () => {
  test('shows the highest value of each stretch of time, and anything above 0', () => {
    const readings = [0, 0.1, 50, 100].map((value, index) => ({ atMs: index * 10, value }));
    expect(sparkline(readings, { columns: 4, most: 100 })).toBe(' ▁▄█');
  });

  test('of nothing is empty', () => {
    expect(sparkline([], { columns: 4, most: 100 })).toBe('');
  });
});
