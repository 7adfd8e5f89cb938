import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { defaultAlerts, knativeNames } from '@ascent/core';
import {
  alertPolicies,
  grafanaDashboard,
  monitoringDashboard,
  prometheusRules,
} from '../src/index.js';
import { faultsIn, protoType } from './strict-proto.js';

const dir = mkdtempSync(join(tmpdir(), 'ascent-exports-'));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('alert policies for Cloud Monitoring', () => {
  const type = protoType('@google-cloud/monitoring', 'google.monitoring.v3.AlertPolicy');
  const channels = ['projects/p1/notificationChannels/1'];
  const policies = alertPolicies(defaultAlerts, { service: 'web', channels });

  test('are what Google’s own definition knows, to the last key and enum', () => {
    expect(policies).toHaveLength(4);
    for (const policy of policies) expect(faultsIn(type, policy)).toEqual([]);
  });

  test('are checked by a check that can fail', () => {
    const [policy] = policies;
    expect(faultsIn(type, { ...policy, combiner: 'XOR' })).toHaveLength(1);
    expect(faultsIn(type, { ...policy, notifyMe: true })).toHaveLength(1);
    expect(
      faultsIn(type, { ...policy, conditions: [{ conditionThreshold: { duration: 300 } }] }),
    ).toHaveLength(1);
  });

  test('have the limits of the rules: latency in milliseconds, plural utilizations, whole minutes', () => {
    const thresholds = policies.map(
      (policy) =>
        (
          policy as {
            conditions: {
              conditionThreshold: { filter: string; thresholdValue: number; duration: string };
            }[];
          }
        ).conditions[0]?.conditionThreshold,
    );
    expect(
      thresholds.map((one) => [
        /googleapis\.com\/([\w/]+)/.exec(one?.filter ?? '')?.[1],
        one?.thresholdValue,
        one?.duration,
      ]),
    ).toEqual([
      ['request_count', 0.05, '300s'],
      ['request_latencies', 10_000, '300s'],
      ['container/cpu/utilizations', 0.8, '600s'],
      ['container/memory/utilizations', 0.9, '600s'],
    ]);
  });

  test('ask for a percentile of all requests, never for one of percentiles', () => {
    const text = JSON.stringify(policies);
    expect(text).not.toContain('ALIGN_PERCENTILE');
    expect(text).toContain('REDUCE_PERCENTILE_95');
  });
});

test('the dashboard for Cloud Monitoring is what Google’s own definition knows', () => {
  const type = protoType(
    '@google-cloud/monitoring-dashboards',
    'google.monitoring.dashboard.v1.Dashboard',
  );
  expect(faultsIn(type, monitoringDashboard('web'))).toEqual([]);
  const titles = JSON.stringify(monitoringDashboard('web'));
  for (const wanted of [
    'Requests a second',
    'P50',
    'P95',
    'P99',
    '5xx',
    'CPU',
    'Memory',
    'Instances',
  ]) {
    expect(titles).toContain(wanted);
  }
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe.skipIf(!hasPromtool)('rules for Prometheus, with the real promtool', () => {
  const rules = join(dir, 'rules.yaml');
  writeFileSync(
    rules,
    stringify(prometheusRules(defaultAlerts, { service: 'web', names: knativeNames })),
  );

  function promtool(...args: readonly string[]): string {
    const ran = spawnSync('promtool', args, { encoding: 'utf8' });
    return ran.status === 0 ? '' : `${ran.stdout}${ran.stderr}`;
  }

  test('are rules', () => {
    expect(promtool('check', 'rules', rules)).toBe('');
  });

  test('fire for the revision that fails, after five minutes, and not before or for the other', () => {
    const fired = (code: string, revision: string, values: string): object => ({
      series: `revision_request_count{service_name="web",revision_name="${revision}",response_code_class="${code}"}`,
      values,
    });
    const test = {
      rule_files: [rules],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: [
            fired('2xx', 'web-1', '0+600x30'),
            fired('5xx', 'web-1', '0+6x30'),
            fired('2xx', 'web-2', '0+540x30'),
            fired('5xx', 'web-2', '0+60x30'),
          ],
          alert_rule_test: [
            { eval_time: '4m', alertname: 'HighErrorRate', exp_alerts: [] },
            {
              eval_time: '8m',
              alertname: 'HighErrorRate',
              exp_alerts: [
                {
                  exp_labels: {
                    severity: 'critical',
                    service: 'web',
                    managed_by: 'ascent',
                    revision_name: 'web-2',
                  },
                  exp_annotations: {
                    summary: 'errorRate of web-2 is 0.1, above 0.05 for 5m',
                  },
                },
              ],
            },
          ],
        },
      ],
    };
    const file = join(dir, 'test.yaml');
    writeFileSync(file, stringify(test));
    expect(promtool('test', 'rules', file)).toBe('');
  });

  test('and the queries of the Grafana dashboard are PromQL', () => {
    const { panels } = grafanaDashboard('web', knativeNames) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    expect(panels.map(({ title }) => title)).toHaveLength(8);
    // promtool checks expressions only inside of a rule file.
    const recorded = panels.map(({ targets }, index) => ({
      record: `r${index}`,
      expr: targets[0]?.expr,
    }));
    const file = join(dir, 'panels.yaml');
    writeFileSync(file, stringify({ groups: [{ name: 'panels', rules: recorded }] }));
    expect(promtool('check', 'rules', file)).toBe('');
    writeFileSync(
      file,
      stringify({ groups: [{ name: 'panels', rules: [{ record: 'r', expr: 'sum(' }] }] }),
    );
    expect(() => execFileSync('promtool', ['check', 'rules', file], { stdio: 'pipe' })).toThrow();
  });
});
