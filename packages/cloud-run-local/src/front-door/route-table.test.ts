import { describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.js';

function makeTable(): RouteTable {
  const table = new RouteTable({
    defaultProject: 'p',
    domain: 'run.localhost',
    hostOf: ({ service }, tag) =>
      `${tag === undefined ? '' : `${tag}---`}${service}-1.r.run.localhost`,
  });
  table.set({ project: 'p', service: 'svc' }, [
    { revisionName: 'svc-1', percent: 100 },
    { revisionName: 'svc-2', tag: 'new' },
  ]);
  return table;
}

describe('a request', () => {
  it.each([
    ['svc-1.r.run.localhost:8080', '/a', 'svc-1', '/a', ''],
    ['SVC-1.r.run.localhost', '/', 'svc-1', '/', ''],
    ['svc-1.r.run.localhost.:8080', '/', 'svc-1', '/', ''],
    ['new---svc-1.r.run.localhost', '/a?b', 'svc-2', '/a?b', ''],
    ['127.0.0.1:8080', '/run/svc', 'svc-1', '/', '/run/svc'],
    ['127.0.0.1:8080', '/run/svc?x=1', 'svc-1', '/?x=1', '/run/svc'],
    ['127.0.0.1:8080', '/run/new---svc/tags/x', 'svc-2', '/tags/x', '/run/new---svc'],
    ['127.0.0.1:8080', '/run/svc@svc-2/', 'svc-2', '/', '/run/svc@svc-2'],
  ])('for %s %s goes to %s as %s', (host, path, ...wanted) => {
    const [revision, seen, prefix] = wanted;
    expect(makeTable().find(host, path, () => 0)).toMatchObject({ revision, path: seen, prefix });
  });

  it.each([
    ['127.0.0.1:8080', '/apis/serving.knative.dev/v1', 'api'],
    ['localhost', '/runner', 'api'],
    ['gone-1.r.run.localhost', '/', 'no-such-service'],
    ['127.0.0.1', '/run/gone/', 'no-such-service'],
  ])('for %s %s is for %s', (host, path, lookup) => {
    expect(makeTable().find(host, path, () => 0)).toBe(lookup);
  });

  it('does not find a service, or a tag, that was taken away', () => {
    const table = makeTable();
    const key = { project: 'p', service: 'svc' };
    table.set(key, [{ revisionName: 'svc-2', percent: 100 }]);
    expect(table.find('new---svc-1.r.run.localhost', '/', () => 0)).toBe('no-such-service');
    table.remove(key);
    expect(table.find('svc-1.r.run.localhost', '/', () => 0)).toBe('no-such-service');
  });
});
