/** `docs/requirements.md` claims nothing without a test that exists, and hides nothing that is not done. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '@ascent/demo';

const page = readFileSync(join(root, 'docs/requirements.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (Line|---)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, line = '', state = '', , shown = '']) => ({ line, state, shown }));

const references = rows.flatMap(({ line, shown }) =>
  [...shown.matchAll(/`([^`]+\.(?:test\.ts|md))`: ([^;]+)/g)].map(([, file = '', title = '']) => ({
    line,
    file,
    title: title.trim(),
  })),
);

/** What a test file calls its tests: texts that are the first argument of a call. */
function titlesIn(text: string): readonly string[] {
  return [...text.matchAll(/\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1\s*,/gs)].map(([, , title = '']) =>
    title.replaceAll('\\', ''),
  );
}

/** How the lines of "In Scope" and "Success Criteria" begin. */
const required = [
  ...['Dockerfile', 'Cloud Run deployment configuration', 'GitHub Actions workflows', 'Sentry SDK'],
  ...['Structured logging', 'Cloud Run metrics and monitoring', 'Alerting rules (error rate'],
  ...['DNS configuration', 'SSL/TLS certificate', 'Staging environment testing'],
  ...['Staged production rollout', 'Rollback procedures documentation', 'Deployment runbook'],
  ...['Load testing (50+', 'Archive TypeScript backend code'],
  ...['Docker image builds', 'Staging deployment successful', 'Load testing passed'],
  ...['Production deployment successful', 'Traffic split configured', 'Monitoring dashboards show'],
  ...['Alerting rules fire correctly', 'Rollback tested', '100% traffic cutover'],
  ...['No critical errors for 1 week', 'TypeScript backend archived'],
  ...['DNS configured', 'SSL certificate valid', 'Sentry capturing errors', 'Logs structured'],
  ...['Deployment runbook followed', 'Rollback procedure documented', 'Cost within budget'],
  ...['No user-facing disruptions', 'Response quality maintained', 'Latency acceptable'],
  ...['No increase in user-reported issues', 'Zero data loss'],
  ...['Deployment process documented', 'Monitoring dashboards accessible', 'Alerting configured'],
  ...['Rollback procedure clear', 'Migration complete', 'Lessons learned'],
];

describe('every line of the requirements', () => {
  test('has one of the four states, and what is done or here is shown by a test', () => {
    expect(rows.length).toBeGreaterThan(50);
    for (const { line, state, shown } of rows) {
      expect(['done', 'here', 'the owner’s', 'not yet'], line).toContain(state);
      if (state === 'done' || state === 'here') expect(shown, line).toMatch(/\.test\.ts|bench\//);
    }
  });

  test.each(references)('$line: $file has “$title”', ({ file, title }) => {
    expect(existsSync(join(root, file)), file).toBe(true);
    const text = readFileSync(join(root, file), 'utf8');
    const named = file.endsWith('.md') ? [text] : titlesIn(text);
    expect(named.filter((each) => each.includes(title))).not.toEqual([]);
  });

  test('is a line of this page: none of the requirements’ scope and success criteria is left out', () => {
    const lines = rows.map(({ line }) => line.replaceAll('`', ''));
    for (const wanted of required) {
      expect(
        lines.filter((line) => line.startsWith(wanted)),
        wanted,
      ).not.toEqual([]);
    }
  });
});
