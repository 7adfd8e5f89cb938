import { act, runLoop, tick, type World } from '@ascent/controller';
import { isOpen, readRecord, writeRecord, type Rollout, type ServiceChange } from '@ascent/core';
import { describe, expect, test } from 'vitest';
import { realCode, runTrial, type ControllerCode } from './trial.js';
import { drawTrial } from './trial-draw.js';
import type { TrialPlan } from './trial-plan.js';

describe('a trial', () => {
  test.each([3, 17, 2_718_281])('with seed %i gives the same bytes every time', async (seed) => {
    const run = async (): Promise<readonly string[]> => {
      const lines: string[] = [];
      await runTrial({ seed, onLine: (line) => lines.push(line) });
      return lines;
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(3);
    expect(await run()).toEqual(first);
  });

  test('of the first version of draws is still what it was', () => {
    const first = drawTrial(17, 1);
    expect(first.plan.notify.channels).toEqual([]);
    expect(first.plan.stages.every(({ spotChecks }) => spotChecks === 0)).toBe(true);
    const { releases, weather, demand, clocksApartMs } = drawTrial(17);
    expect(first).toMatchObject({ releases, weather, demand, clocksApartMs });
  });

  test('with another seed is another history', async () => {
    const first = await runTrial({ seed: 1 });
    const second = await runTrial({ seed: 2 });
    expect(first.fingerprint).not.toBe(second.fingerprint);
  });

  test('breaks no rule with the first forty seeds, which meet everything that can become of a rollout', async () => {
    const broken: unknown[] = [];
    const ends = new Set<string>();
    const met = new Set<string>();
    const wanted = [
      ...['did restart', 'did silence', 'did tickOff', 'did approve', 'console deletes'],
      ...['spotChecksPassed', 'awaitingSpotChecks', 'awaitingApproval', 'alertFired', 'superseded'],
    ];
    const styles = new Set<string>();
    let crashes = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const onLine = (line: string): void => {
        for (const what of wanted) if (line.includes(what)) met.add(what);
      };
      for (const { style } of drawTrial(seed).controllers) styles.add(style);
      const result = await runTrial({ seed, onLine });
      if (result.violations.length > 0) broken.push({ seed, violations: result.violations });
      crashes += result.crashes;
      for (const { status } of result.ended) ends.add(status.type);
    }
    expect(broken).toEqual([]);
    expect([...ends].sort()).toEqual(['aborted', 'promoted', 'rolledBack', 'superseded']);
    expect(crashes).toBeGreaterThan(0);
    expect([...styles].sort()).toEqual(['cron', 'loop', 'runLoop']);
    expect([...met].sort()).toEqual(wanted.toSorted());
  });
});

/** The real controller with a world between it and the service that makes one mistake. */
function planted(mistake: (world: World) => World): ControllerCode {
  return {
    tick: (world, options) => tick(mistake(world), options),
    act: (world, wish) => act(mistake(world), wish),
    runLoop: (world, options) => runLoop(mistake(world), options),
  };
}

/** `world` with another way to write. */
function writing(
  world: World,
  replace: (
    ...args: Parameters<World['service']['replace']>
  ) => ReturnType<World['service']['replace']>,
): World {
  return { ...world, service: { ...world.service, replace } };
}

/** `change` with the open rollout in it changed. */
function edited(change: ServiceChange, edit: (rollout: Rollout) => Rollout): ServiceChange {
  const record = readRecord(change.record);
  const { rollout } = record;
  if (rollout === null || !isOpen(rollout)) return change;
  const next = edit(rollout);
  const traffic = change.traffic?.map((target) =>
    target.revision === rollout.candidate
      ? { ...target, percent: next.sharePercent }
      : target.revision === rollout.stable
        ? { ...target, percent: 100 - next.sharePercent }
        : target,
  );
  return { record: writeRecord({ ...record, rollout: next }), traffic: traffic ?? null };
}

/** One good release under several controllers and clear skies: nothing but the mistake can break a rule. */
function clearSkies(trial: TrialPlan): TrialPlan {
  const [release] = trial.releases;
  const [controller] = trial.controllers;
  if (release === undefined || controller === undefined) throw new Error('a trial has both');
  return {
    ...trial,
    deeds: [],
    releases: [release],
    controllers: ['first', 'second'].map((name) => ({ ...controller, name, intervalMs: 20_000 })),
  };
}

/** Rules that some seed up to `seeds` breaks; the search ends once all of `wanted` are among them. */
async function rulesBroken(
  code: ControllerCode,
  seeds: number,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const broken = new Set<string>();
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violations } = await runTrial({ seed, code, change: clearSkies });
    for (const { rule } of violations) broken.add(rule);
    if (wanted.length > 0 && wanted.every((rule) => broken.has(rule))) break;
  }
  return [...broken];
}

describe('a mistake planted in the controller is caught:', () => {
  test('none, to begin with', async () => {
    expect(await rulesBroken(realCode, 12, [])).toEqual([]);
  });

  test('a write that is reported and lost', async () => {
    const code = planted((world) =>
      writing(world, (view, change) =>
        Number(view.resourceVersion) % 4 === 0
          ? Promise.resolve('written')
          : world.service.replace(view, change),
      ),
    );
    const wanted = ['an effect reports what was written', 'what was confirmed is written'];
    expect(await rulesBroken(code, 10, wanted)).toEqual(expect.arrayContaining(wanted));
  });

  test('a write that overwrites what another controller wrote in between', async () => {
    const code = planted((world) =>
      writing(world, async (view, change) => {
        const { resourceVersion } = await world.service.read();
        return await world.service.replace({ ...view, resourceVersion }, change);
      }),
    );
    const rule = 'history only grows';
    expect(await rulesBroken(code, 12, [rule])).toContain(rule);
  });

  test('a share that rises without a verdict', async () => {
    const code = planted((world) =>
      writing(world, (view, change) =>
        world.service.replace(
          view,
          edited(change, (rollout) => ({
            ...rollout,
            sharePercent: Math.min(100, rollout.sharePercent + 1),
          })),
        ),
      ),
    );
    const rule = 'the share rises only on a healthy verdict, an override, or the plan’s own word';
    expect(await rulesBroken(code, 4, [rule])).toContain(rule);
  });

  test('a rollback that waits for a notification', async () => {
    const code = planted((world) =>
      writing(world, async (view, change) => {
        const record = readRecord(change.record);
        const [effect] = record.rollout?.outbox ?? [];
        if (record.rollout?.status.type === 'rolledBack' && effect !== undefined) {
          await world.deliver(effect, record).catch(() => undefined);
        }
        return await world.service.replace(view, change);
      }),
    );
    const wanted = ['a rollback waits for nothing', 'an effect reports what was written'];
    expect(await rulesBroken(code, 30, wanted)).toEqual(expect.arrayContaining(wanted));
  });

  test('a promotion that two controllers make, one stage each', async () => {
    const code = planted((world) =>
      writing(world, async (view, change) => {
        const outcome = await world.service.replace(view, change);
        const made = readRecord(change.record).rollout?.decisions.at(-1);
        if (outcome !== 'written' || made?.type !== 'advanced') return outcome;
        const { plan } = readRecord(change.record);
        const again = edited(change, (rollout) => {
          const stage = plan.stages[rollout.stageIndex + 1];
          if (stage === undefined) return rollout;
          const seq = rollout.seq + 1;
          const toPercent = stage.sharePercent;
          const decision = {
            ...made,
            seq,
            stage: stage.name,
            fromPercent: made.toPercent,
            toPercent,
          };
          return {
            ...rollout,
            seq,
            sharePercent: toPercent,
            stageIndex: rollout.stageIndex + 1,
            decisions: [...rollout.decisions, decision],
          };
        });
        const now = await world.service.read();
        return await world.service.replace(now, again);
      }),
    );
    const rule = 'a stage is held as long as the plan says';
    expect(await rulesBroken(code, 12, [rule])).toContain(rule);
  });
});
