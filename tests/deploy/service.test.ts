/** Given the manifests of staging and production, when they are deployed, then the service is what they say and nobody's traffic moved. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RECORD_ANNOTATION } from '@ascent/core';
import { createLocalhostFetch } from '@ascent/controller';
import { startDeployHouse, type DeployHouse } from './house.js';

let house: DeployHouse;
let image: string;
let newer: string;

type Target = { revisionName?: string; latestRevision?: boolean; percent?: number };
type Service = {
  metadata: { annotations: Record<string, string>; labels: Record<string, string> };
  spec: {
    traffic: Target[];
    template: {
      metadata: { annotations: Record<string, string> };
      spec: {
        containerConcurrency: number;
        timeoutSeconds: number;
        serviceAccountName: string;
        containers: {
          image: string;
          env: {
            name: string;
            value?: string;
            valueFrom?: { secretKeyRef: { name: string; key: string } };
          }[];
          resources: { limits: Record<string, string> };
          startupProbe: { httpGet: { path: string } };
          livenessProbe: { httpGet: { path: string } };
        }[];
      };
    };
  };
  status: { url: string; latestReadyRevisionName: string };
};

beforeAll(async () => {
  house = await startDeployHouse();
  image = await house.image('1.0.0');
  newer = await house.image('1.1.0');
});

afterAll(async () => {
  await house.dispose();
});

const environments = [
  {
    environment: 'production',
    service: 'dovvybuddy-backend',
    plan: 'deploy/ascent.yaml',
    manifest: 'deploy/cloud-run-production.yaml',
    scale: { min: '1', max: '10', concurrency: 100, cpu: '2', memory: '1Gi' },
  },
  {
    environment: 'staging',
    service: 'dovvybuddy-backend-staging',
    plan: 'deploy/ascent.staging.yaml',
    manifest: 'deploy/cloud-run-staging.yaml',
    scale: { min: '0', max: '5', concurrency: 80, cpu: '1', memory: '512Mi' },
  },
] as const;

type Environment = (typeof environments)[number];

async function deploy(
  { plan, manifest }: { plan: string; manifest: string },
  release: { image: string; label: string },
): ReturnType<DeployHouse['ascent']> {
  const args = ['--image', release.image, '--release', release.label, '--json'];
  return await house.ascent('deploy', '--plan', plan, '--manifest', manifest, ...args);
}

async function serviceOf({ service }: Pick<Environment, 'service'>): Promise<Service> {
  return (await house.read(`/services/${service}`)) as Service;
}

describe.each(environments)('the manifest of $environment', (environment) => {
  test('is accepted by Cloud Run’s API, with all that the requirements ask of it', async () => {
    const ran = await deploy(environment, { image, label: 'v1.0.0' });
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect(JSON.parse(ran.stdout)).toMatchObject({ first: true });
    const { metadata, spec } = await serviceOf(environment);
    const { scale } = environment;
    expect(metadata.labels['environment']).toBe(environment.environment);
    expect(metadata.annotations['run.googleapis.com/maxScale']).toBe(scale.max);
    expect(spec.template.metadata.annotations).toMatchObject({
      'autoscaling.knative.dev/minScale': scale.min,
      'autoscaling.knative.dev/maxScale': scale.max,
    });
    expect(spec.template.spec).toMatchObject({
      containerConcurrency: scale.concurrency,
      timeoutSeconds: 300,
      serviceAccountName: `${environment.service}@dovvybuddy.iam.gserviceaccount.com`,
    });
    const [container] = spec.template.spec.containers;
    expect(container).toMatchObject({
      image,
      resources: { limits: { cpu: scale.cpu, memory: scale.memory } },
      startupProbe: { httpGet: { path: '/health' } },
      livenessProbe: { httpGet: { path: '/health' } },
    });
  });

  test('gives secrets by reference only, never by value', async () => {
    const [container] = (await serviceOf(environment)).spec.template.spec.containers;
    const secret = /URL|KEY|DSN|TOKEN|PASSWORD/;
    const secrets = container?.env.filter(({ name }) => secret.test(name)) ?? [];
    expect(secrets.map(({ name }) => name)).toEqual([
      'DATABASE_URL',
      'GEMINI_API_KEY',
      'GROQ_API_KEY',
      'SENTRY_DSN',
    ]);
    for (const { value, valueFrom } of secrets) {
      expect(value).toBeUndefined();
      expect(valueFrom?.secretKeyRef.name).toMatch(/^[a-z-]+$/);
    }
  });

  test('serves: health says the version, and a question gets an answer', async () => {
    const { status } = await serviceOf(environment);
    const localFetch = createLocalhostFetch();
    const health = await localFetch(`${status.url}/health`);
    expect(JSON.parse(await health.text())).toMatchObject({ status: 'ok', version: '1.0.0' });
    const answer = await localFetch(`${status.url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'What is PADI Open Water?' }),
    });
    expect(answer.status).toBe(200);
  });
});

describe('a second deployment', () => {
  const [production] = environments;

  test('makes a revision that no user reaches, and keeps the rollout record', async () => {
    const adopted = await house.ascent('tick', '--plan', production.plan);
    expect(adopted, adopted.stderr).toMatchObject({ status: 0 });
    const before = await serviceOf(production);
    const ran = await deploy(production, { image: newer, label: 'v1.1.0' });
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    const { revision } = JSON.parse(ran.stdout) as { revision: string };
    expect(revision).toMatch(/^dovvybuddy-backend-v1-1-0-[0-9a-f]{8}$/);
    const after = await serviceOf(production);
    expect(after.status.latestReadyRevisionName).toBe(revision);
    expect(after.spec.traffic).toEqual(before.spec.traffic);
    expect(after.metadata.annotations[RECORD_ANNOTATION]).toBe(
      before.metadata.annotations[RECORD_ANNOTATION],
    );
  });

  test('of the same thing is the same revision, so a rerun job begins no second rollout', async () => {
    const before = (await house.read('/revisions'))['items'] as unknown[];
    const ran = await deploy(production, { image: newer, label: 'v1.1.0' });
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect((await house.read('/revisions'))['items']).toHaveLength(before.length);
  });

  test('pins a floating LATEST to what it meant before', async () => {
    const [, staging] = environments;
    const before = await serviceOf(staging);
    expect(before.spec.traffic).toMatchObject([{ latestRevision: true, percent: 100 }]);
    const ran = await deploy(staging, { image: newer, label: 'v1.1.0' });
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    const { spec } = await serviceOf(staging);
    expect(spec.traffic).toMatchObject([
      { revisionName: before.status.latestReadyRevisionName, percent: 100 },
    ]);
  });

  test('of a revision that cannot start ends with status 5 and leaves the traffic', async () => {
    const before = await serviceOf(production);
    const manifest = 'deploy/broken.yaml';
    const text = await readFile(join(house.workDir, production.manifest), 'utf8');
    const broken = text
      .replace('value: production', 'value: nowhere')
      .replace('failureThreshold: 30', 'failureThreshold: 2');
    await writeFile(join(house.workDir, manifest), broken);
    const ran = await deploy({ ...production, manifest }, { image: newer, label: 'v1.2.0' });
    expect(ran.status).toBe(5);
    expect(ran.stderr).toContain('ASC_REVISION_NOT_READY');
    expect((await serviceOf(production)).spec.traffic).toEqual(before.spec.traffic);
  });
});

describe('wrong input', () => {
  const [production, staging] = environments;

  test.each([
    ['no YAML', 'spec: [', 'is not valid YAML'],
    ['a manifest that moves traffic', 'TRAFFIC', 'spec'],
    ['two containers', 'TWO', 'spec.template.spec.containers'],
    ['an empty file', '', '(manifest)'],
  ])('%s is refused with status 2 before anything is sent', async (_what, text, said) => {
    const good = await readFile(join(house.workDir, production.manifest), 'utf8');
    const changed = {
      TRAFFIC: good.replace(
        'spec:\n',
        'spec:\n  traffic: [{ latestRevision: true, percent: 100 }]\n',
      ),
      TWO: good.replace('        - image:', '        - image: sidecar\n        - image:'),
    }[text];
    await writeFile(join(house.workDir, 'deploy/wrong.yaml'), changed ?? text);
    const ran = await deploy(
      { ...production, manifest: 'deploy/wrong.yaml' },
      { image, label: 'x' },
    );
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('ASC_MANIFEST_INVALID');
    expect(ran.stderr).toContain(said);
  });

  test('the manifest of another service than the plan’s is refused', async () => {
    const mixed = { plan: staging.plan, manifest: production.manifest };
    const ran = await deploy(mixed, { image, label: 'x' });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('dovvybuddy-backend-staging');
  });

  test('an image by tag is refused: what a tag means may change', async () => {
    const ran = await deploy(production, { image: 'backend:latest', label: 'x' });
    expect(ran).toMatchObject({ status: 2 });
    expect(ran.stderr).toContain('--allow-tag');
  });
});
