import { expect, it } from 'vitest';
import { refuseUnsupported } from './unsupported-features.js';

const check =
  (
    template: Record<string, unknown>,
    { container = {}, annotations = {} }: { container?: object; annotations?: object } = {},
  ) =>
  () => {
    refuseUnsupported({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name: 's', annotations: { ...annotations } },
      spec: {
        template: {
          ...template,
          spec: { ...(template['spec'] ?? {}), containers: [{ image: 'i', ...container }] },
        },
      },
    });
  };
const annotated = (name: string, value: string) => ({
  metadata: { annotations: { [name]: value } },
});

it.each([
  ['spec.template.spec.volumes is', check({ spec: { volumes: [{ name: 'a' }] } })],
  ['spec.template.spec.nodeSelector is', check({ spec: { nodeSelector: { a: 'l4' } } })],
  ['containers[0].volumeMounts is', check({}, { container: { volumeMounts: [{ name: 'a' }] } })],
  ['h2c is', check({}, { container: { ports: [{ name: 'h2c' }] } })],
  [
    'limits.nvidia.com/gpu is',
    check({}, { container: { resources: { limits: { 'nvidia.com/gpu': '1' } } } }),
  ],
  [
    "spec.template.metadata.annotations['run.googleapis.com/cloudsql-instances'] is",
    check(annotated('run.googleapis.com/cloudsql-instances', 'p:r:i')),
  ],
  [
    "metadata.annotations['run.googleapis.com/iap-enabled'] is",
    check({}, { annotations: { 'run.googleapis.com/iap-enabled': 'true' } }),
  ],
])('refuses with a name: %s', (named, attempt) => {
  expect(attempt).toThrow(`${named} not supported by cloud-run-local.`);
});

it('lets pass what says nothing', () => {
  expect(check({ spec: { volumes: [], nodeSelector: {} } })).not.toThrow();
  expect(check({}, { annotations: { 'run.googleapis.com/iap-enabled': 'false' } })).not.toThrow();
});
