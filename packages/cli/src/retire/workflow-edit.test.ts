import { describe, expect, test } from 'vitest';
import { withoutJobs } from './workflow-edit.js';

const workflow = `# Tests of everything
on: push
jobs:
  # the old one
  old:
    runs-on: ubuntu-24.04
  new: # stays
    needs: [old, lint]
    runs-on: ubuntu-24.04
  lint:
    needs: old
    runs-on: ubuntu-24.04
`;

describe('a workflow without a job', () => {
  test('keeps its comments and its other jobs, and nothing waits for what is gone', () => {
    const edit = withoutJobs(workflow, ['old']);
    if (edit.type !== 'edited') throw new Error(edit.reason);
    expect(edit.text).toBe(`# Tests of everything
on: push
jobs:
  new: # stays
    needs: [lint]
    runs-on: ubuntu-24.04
  lint:
    runs-on: ubuntu-24.04
`);
  });

  test('keeps what stays as its author wrote it: brackets, quotes, empty lines and blocks of text', () => {
    const page = `  page:
    # why
    steps: [{ run: "npm test", 'if': always() }]
    env: {A: 1}
`;
    const text = `name:   'x'
jobs:
  old:
    steps:
      - run: |
          echo one

          # no comment
        env: {}

      # the last word on it
  more:
    needs:
      - old
      - page
    steps: []

  # belongs to page
${page}`;
    expect(withoutJobs(text, ['old'])).toEqual({
      type: 'edited',
      isEmpty: false,
      text: `name:   'x'
jobs:
  more:
    needs: [page]
    steps: []

  # belongs to page
${page}`,
    });
    expect(withoutJobs(text, ['more'])).toMatchObject({
      text: text.replace(/ {2}more:[^]*?steps: \[\]\n/, ''),
    });
  });

  test('is empty when that was the last', () => {
    expect(withoutJobs(workflow, ['old', 'new', 'lint'])).toMatchObject({
      type: 'edited',
      isEmpty: true,
    });
  });

  test.each([
    ['a job that it does not have', workflow, ['older'], 'no job older'],
    ['jobs in one line', 'jobs: { old: {}, new: {} }', ['old'], 'in one line'],
    ['a file that is no workflow', '', ['old'], 'no workflow'],
  ])('cannot be made of %s', (_what, text, ...[jobs, reason]) => {
    expect(withoutJobs(text, jobs)).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining(reason) as string,
    });
  });
});

test.each([
  ["if: needs.old.result == 'success'", true],
  ['env: { X: "${{ needs[\'old\'].outputs.x }}" }', true],
  ["if: needs.old-one.result == 'success'", false],
])('a job that stays and says %s is left to a person: %s', (line, isRefused) => {
  const text = `jobs:\n  old: {}\n  new:\n    needs: [old, old-one]\n    ${line}\n  old-one: {}\n`;
  expect(withoutJobs(text, ['old']).type).toBe(isRefused ? 'refused' : 'edited');
});
