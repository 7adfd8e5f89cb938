import { describe, expect, test } from 'vitest';
import { compilePlan, forecast, type ExpectedTraffic, type RolloutPlan } from '@ascent/core';
import { forecastText } from './forecast-text.js';

function plan(): RolloutPlan {
  const compiled = compilePlan({
    service: 'web',
    platform: { local: { url: 'http://127.0.0.1' } },
  });
  if (compiled.type === 'faults') throw new Error(JSON.stringify(compiled.faults));
  return compiled.plan;
}

function textAt(requestsPerMinute: number | null): string {
  const one = plan();
  const traffic: ExpectedTraffic | null =
    requestsPerMinute === null ? null : { requestsPerMinute, errorRate: 0.001, latency: null };
  const stages = traffic === null ? [] : forecast(one.gates, one.stages, traffic);
  return forecastText(one, { traffic, source: 'as you said', stages });
}

describe('what a plan can see', () => {
  test('names each stage that cannot be decided, and what would change that', () => {
    const text = textAt(1);
    expect(text).toContain('At 1 request a minute, 0.1 % of which fail (as you said):');
    expect(text).toContain('Stage canary (10 %) cannot be decided at 1 request a minute');
    expect(text).toContain('The plan says to ask a person then.');
  });

  test('has nothing to warn of at plenty of traffic', () => {
    const text = textAt(100_000);
    expect(text).not.toContain('cannot be decided');
    expect(text).toMatch(/a good one goes on after about/);
  });

  test('is not known without traffic, and says how to ask', () => {
    expect(textAt(null)).toContain('--rate <requests a minute>');
  });

  test('shows every stage with its hold and its approvals', () => {
    expect(textAt(10)).toMatch(/half\s+50 %\s+hold 12h to 1d\s+approvals 1/);
  });
});
