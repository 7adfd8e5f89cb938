/**
 * Recorded rollouts, replayed through today's controller: the same metrics must lead to the same decisions. A change on
 * purpose is recorded anew in the same commit: `RECORD_HISTORIES=1 npx vitest run tests/histories/replay.test.ts`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { compilePlan, type Decision, type RolloutPlan, type TrafficPoint } from '@ascent/core';
import {
  createRecording,
  healthyBehaviour,
  rehearse,
  replayed,
  scenarios,
  Users,
  type Behaviour,
} from '@ascent/simulator';
import { createPrng } from '@ascent/stats';
import { describe, expect, test } from 'vitest';

const MINUTE = 60_000;
const START = Date.UTC(2027, 0, 4, 9, 0, 0);

type Line = Pick<Decision, 'type' | 'stage' | 'fromPercent' | 'toPercent' | 'verdict'> & {
  /** Minutes after the candidate's first request. */
  readonly minute: number;
};

type History = {
  readonly what: string;
  /** `[revision 1 or 2, minute, requests, errors]` */
  readonly points: readonly (readonly [number, number, number, number])[];
  readonly decisions: readonly Line[];
};

/** What was recorded: how both revisions treated their users, minute by minute. */
const recorded: Readonly<
  Record<
    string,
    { readonly what: string; readonly rates: (minute: number) => readonly [number, number] }
  >
> = {
  'good-release': { what: 'both revisions alike', rates: () => [0.004, 0.004] },
  'bad-release': { what: 'the new one fails ten times as often', rates: () => [0.004, 0.04] },
  'provider-outage': {
    what: 'both fail for half an hour, and the release is not blamed',
    rates: (minute) => (minute >= 60 && minute < 90 ? [0.03, 0.03] : [0.004, 0.004]),
  },
  'late-leak': {
    what: 'good for an hour, then ever worse',
    rates: (minute) => [0.004, 0.004 + Math.max(0, minute - 80) / 1_000],
  },
};

function compiled(): RolloutPlan {
  const result = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1:8080' } },
    metrics: { cloudMonitoring: { samplePeriod: '60s', visibilityDelay: '3m' } },
    stages: [
      { name: 'smoke', share: 0, hold: '5m' },
      { name: 'canary', share: 10, hold: '45m to 2h' },
      { name: 'full', share: 100, hold: '45m to 2h' },
    ],
    gates: { errorRate: { max: '2%', worseThanStableBy: '1%' } },
    rollback: { errorRate: { above: '10%', for: '15m' } },
  });
  if (result.type === 'faults') throw new Error(JSON.stringify(result.faults));
  return result.plan;
}

function fileOf(name: string): URL {
  return new URL(`recorded/${name}.json`, import.meta.url);
}

async function decisionsOn(points: readonly TrafficPoint[]): Promise<readonly Line[]> {
  const recording = createRecording(points);
  const scenario = scenarios.get('good');
  if (recording === null || scenario === undefined) throw new Error('nothing is recorded');
  const { startMs, endMs, revisions } = recording;
  const run = await rehearse({
    plan: compiled(),
    scenario,
    seed: 1,
    demand: { requestsPerMinute: 0, dailySwing: 0, peakMs: 0 },
    startMs,
    longestMs: endMs - startMs + 4 * MINUTE,
    traffic: replayed(recording),
    revisions,
  });
  return run.decisions.map(({ type, stage, fromPercent, toPercent, verdict, atMs }) => {
    const minute = (atMs - startMs) / MINUTE;
    return { minute, type, stage, fromPercent, toPercent, verdict };
  });
}

function toPoints(points: History['points']): readonly TrafficPoint[] {
  return points.map(([revision, minute, requests, errors]) => {
    const startMs = START + minute * MINUTE;
    const endMs = startMs + MINUTE;
    return { revision: `web-${revision}`, startMs, endMs, requests, errors, latency: null };
  });
}

function drawPoints(rates: (minute: number) => readonly [number, number]): History['points'] {
  const users = new Users({
    prng: createPrng(2027),
    layout: { type: 'explicit', boundsMs: [1_000] },
    periodMs: MINUTE,
    startMs: START,
    requestsPerMinute: () => 900,
    behaviour: (revision, atMs): Behaviour => {
      const [stable, candidate] = rates(Math.floor((atMs - START) / MINUTE));
      return { ...healthyBehaviour, failureRate: revision === 'web-2' ? candidate : stable };
    },
  });
  // The new revision comes twenty minutes after the recording begins.
  users.serve(START + 20 * MINUTE, new Map([['web-1', 100]]));
  users.serve(
    START + 240 * MINUTE,
    new Map([
      ['web-1', 80],
      ['web-2', 20],
    ]),
  );
  return users.points(0, Infinity).map(({ revision, startMs, requests, errors }) => {
    return [revision === 'web-2' ? 2 : 1, (startMs - START) / MINUTE, requests, errors] as const;
  });
}

if (process.env['RECORD_HISTORIES'] === '1') {
  for (const [name, { what, rates }] of Object.entries(recorded)) {
    const file = fileOf(name);
    const points = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as History).points
      : drawPoints(rates);
    const decisions = await decisionsOn(toPoints(points));
    const lines = (values: readonly unknown[]): string =>
      values.map((value) => `    ${JSON.stringify(value)}`).join(',\n');
    writeFileSync(
      file,
      `{\n  "what": ${JSON.stringify(what)},\n  "decisions": [\n${lines(decisions)}\n  ],\n  "points": ${JSON.stringify(points)}\n}\n`,
    );
  }
}

describe('a recorded rollout is decided as it was:', () => {
  test.each(Object.keys(recorded))('%s', async (name) => {
    const history = JSON.parse(readFileSync(fileOf(name), 'utf8')) as History;
    expect(await decisionsOn(toPoints(history.points))).toEqual(history.decisions);
  });
});
