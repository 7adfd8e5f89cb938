import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { compilePlan } from '@ascent/core';

/** The YAML blocks of a document. */
function blocks(file: string): readonly Record<string, unknown>[] {
  const text = readFileSync(new URL(`../docs/${file}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(
    ([, block = '']) => parse(block) as Record<string, unknown>,
  );
}

function faultsIn(input: unknown): unknown {
  const result = compilePlan(input);
  return result.type === 'faults' ? result.faults : [];
}

test('the plan that docs/plan.md shows is a plan', () => {
  const [plan] = blocks('plan.md');
  expect(faultsIn(plan)).toEqual([]);
});

test('the custom gates that docs/plan.md shows are what a plan takes', () => {
  const [plan] = blocks('plan.md');
  const custom = blocks('plan.md').find((block) => 'custom' in block);
  expect(custom).toBeDefined();
  expect(faultsIn({ ...plan, gates: { ...(plan?.['gates'] as object), ...custom } })).toEqual([]);
});

test('the smoke checks that docs/plan.md shows are smoke checks', () => {
  const [plan] = blocks('plan.md');
  const smoke = blocks('plan.md').find((block) => 'checks' in block);
  expect(smoke).toBeDefined();
  const [first, ...rest] = plan?.['stages'] as object[];
  expect(faultsIn({ ...plan, stages: [{ ...first, smoke }, ...rest] })).toEqual([]);
});

test('the alerts and channels that docs/alerts.md shows are what a plan takes', () => {
  const [plan] = blocks('plan.md');
  const [alerts, notify] = blocks('alerts.md');
  expect(alerts).toHaveProperty('alerts');
  expect(notify).toHaveProperty('notify');
  expect(faultsIn({ ...plan, ...alerts, ...notify })).toEqual([]);
});
