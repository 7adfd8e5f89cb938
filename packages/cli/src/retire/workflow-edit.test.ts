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
    expect(edit.text).toContain('# Tests of everything');
    expect(edit.text).toContain('# stays');
    expect(edit.text).toMatch(/needs:\s*(\[\s*lint\s*\]|- lint)/);
    expect(edit.text).not.toMatch(/\bold\b(?! one)/);
  });

  test('is empty when that was the last', () => {
    expect(withoutJobs(workflow, ['old', 'new', 'lint'])).toMatchObject({
      type: 'edited',
      isEmpty: true,
    });
  });

  test.each([
    ['a job that it does not have', workflow, ['older'], 'no job older'],
    ['a file that is no workflow', '', ['old'], 'no workflow'],
  ])('cannot be made of %s', (_what, text, ...[jobs, reason]) => {
    expect(withoutJobs(text, jobs)).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining(reason) as string,
    });
  });
});
