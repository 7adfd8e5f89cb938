import { describe, expect, test } from 'vitest';
import { formatPath } from './plan-compile.js';
import { smokeFileSchema } from './smoke-plan.js';

/** Faults as `path: message`. */
function faultsIn(...checks: readonly object[]): readonly string[] {
  const parsed = smokeFileSchema.safeParse({ checks });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

const health = { name: 'health', path: '/health' };

describe('a smoke file', () => {
  test('fills what is left out', () => {
    expect(smokeFileSchema.parse({ checks: [health] }).checks).toEqual([
      {
        name: 'health',
        method: 'GET',
        path: '/health',
        headers: {},
        body: null,
        expect: { status: 200, contains: [], json: {}, events: [], within: 10_000 },
        save: {},
      },
    ]);
  });

  test('may carry a value from one check to those after it', () => {
    expect(
      faultsIn(
        { ...health, method: 'POST', body: {}, save: { session: 'data[0].id' } },
        {
          name: 'again',
          path: '/s/${session}',
          headers: { cookie: '${session}' },
          expect: { contains: ['${session}'], json: { id: { equals: '${session}' } } },
        },
      ),
    ).toEqual([]);
  });

  test.each([
    [{ ...health, path: 'health' }, 'checks[0].path: write a path that starts with /'],
    [{ path: '/health' }, 'checks[0].name: name the check'],
    [{ ...health, method: 'HEAD' }, 'checks[0].method: write GET, POST, PUT or DELETE'],
    [{ ...health, body: {} }, 'checks[0].body: a GET sends no body: add method: POST'],
    [
      { ...health, expect: { status: 99 } },
      'checks[0].expect.status: write a status from 100 to 599',
    ],
    [
      { ...health, expect: { within: '0s' } },
      'checks[0].expect.within: write a duration above zero, such as 800ms, 10s or 1m',
    ],
    [
      { ...health, expect: { within: 5 } },
      'checks[0].expect.within: write a duration such as 800ms, 10s or 1m',
    ],
    [
      { ...health, expect: { json: { a: 'full' } } },
      'checks[0].expect.json.a: write present, nonEmpty, or equals with a text, number, true, false or null',
    ],
    [
      { ...health, path: '/s/${session}' },
      'checks[0].path: uses ${session}, which no check before it saves',
    ],
    [
      { ...health, headers: { cookie: '${x}' } },
      'checks[0].headers: uses ${x}, which no check before it saves',
    ],
    [
      { ...health, path: '/${id}', save: { id: 'id' } },
      'checks[0].path: uses ${id}, which no check before it saves',
    ],
    [
      { ...health, save: { id: 'a..b' } },
      'checks[0].save.id: write a path such as citations[0].title',
    ],
  ])('with a fault names its path and the remedy: %j', (check, fault) => {
    expect(faultsIn(check)).toEqual([fault]);
  });

  test('with two checks of one name, with none, or with an unknown key is refused', () => {
    expect(faultsIn(health, health)).toEqual([
      'checks[1].name: a check before it has this name: names must differ',
    ]);
    expect(faultsIn()).toEqual(['checks: write at least one check']);
    expect(faultsIn({ ...health, retries: 3 })).toHaveLength(1);
    expect(faultsIn({ ...health, save: { 'a b': 'c' } })).toHaveLength(1);
  });
});
