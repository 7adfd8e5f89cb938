import { describe, expect, test } from 'vitest';
import { planInput } from '../../test/rollout-world.js';
import { compilePlan } from './plan-compile.js';

function compile(more: object): ReturnType<typeof compilePlan> {
  return compilePlan({ ...planInput, ...more });
}

function faults(more: object): readonly string[] {
  const result = compile(more);
  return result.type === 'plan'
    ? []
    : result.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe('a secret written into the plan', () => {
  test.each([
    [{ slack: 'https://hooks.slack.com/services/T0/B0/s3cr3t' }, 'notify.slack'],
    [{ webhook: { url: 'https://example.com', secret: 's3cr3t' } }, 'notify.webhook.secret'],
    [{ github: { repository: 'a/b', token: 'ghp_s3cr3t' } }, 'notify.github.token'],
  ])('is refused with its path and not repeated (%#)', (notify, path) => {
    const [fault] = faults({ notify });
    expect(fault).toContain(path);
    expect(fault).toContain('environment variable');
    expect(fault).not.toContain('s3cr3t');
  });
});

test('channels come with their defaults', () => {
  const result = compile({
    notify: { email: ['oncall@dovvybuddy.com'], github: { repository: 'dovvy/buddy' } },
  });
  expect(result).toMatchObject({
    plan: {
      notify: {
        pageUrl: null,
        channels: [
          { type: 'email', from: 'ascent@dovvybuddy.com', smtpUrl: { env: 'SMTP_URL' } },
          { type: 'github', environment: 'production', token: { env: 'GITHUB_TOKEN' } },
        ],
      },
    },
  });
});

describe('alerts', () => {
  test('are the four of the requirements where the plan says nothing', () => {
    expect(compile({})).toMatchObject({
      plan: {
        alerts: [
          { metric: 'errorRate', above: 0.05, forMs: 300_000, severity: 'critical' },
          { metric: 'latencyP95', above: 10_000, forMs: 300_000, severity: 'warning' },
          { metric: 'cpu', above: 0.8, forMs: 600_000, severity: 'warning' },
          { metric: 'memory', above: 0.9, forMs: 600_000, severity: 'critical' },
        ],
      },
    });
  });

  test.each([
    [{ name: 'x', metric: 'disk', above: '5%', for: '5m' }, 'alerts[0].metric'],
    [{ name: 'x', metric: 'cpu', above: '5s', for: '5m' }, 'alerts[0].above'],
    [{ name: 'x', metric: 'latencyP95', above: '5%', for: '5m' }, 'alerts[0].above'],
    [{ name: 'x', metric: 'cpu', above: '5%', for: '5' }, 'alerts[0].for'],
    [{ name: 'x', metric: 'cpu', above: '5%', for: '5m', channels: ['sms'] }, 'alerts[0].channels'],
  ])('with a fault name its path (%#)', (alert, path) => {
    expect(faults({ alerts: [alert] })[0]).toContain(path);
  });

  test('of one name are refused', () => {
    const alert = { name: 'x', metric: 'cpu', above: '50%', for: '5m' };
    expect(faults({ alerts: [alert, alert] })).toEqual([
      'alerts[1].name: a second alert is named x: names must differ',
    ]);
  });
});

describe('stages', () => {
  const [smoke, , , full] = planInput.stages;

  test.each([
    [{ name: 'canary', share: 10, hold: '1m', holdback: '5%' }, 'stages[1].holdback'],
    [{ name: 'canary', share: 10, hold: '1m', spotChecks: 0 }, 'stages[1].spotChecks'],
    [{ name: 'canary', share: 10, hold: '1m', approval: { required: 0 } }, 'stages[1].approval'],
    [
      { name: 'canary', share: 10, hold: '1m', smoke: { checks: [{ name: 'a', path: '/' }] } },
      'stages[1].smoke',
    ],
  ])('with a fault name its path (%#)', (stage, path) => {
    expect(faults({ stages: [smoke, stage, full] })[0]).toContain(path);
  });

  test('cannot hold back so much that the share would not rise', () => {
    const ninety = { name: 'most', share: 95, hold: '1m' };
    expect(faults({ stages: [smoke, ninety, { ...full, holdback: '5%' }] })[0]).toContain(
      'stages[2].holdback',
    );
  });
});
