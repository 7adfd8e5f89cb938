/** Given an empty Google Cloud project, when the bootstrap runs, then everything is there; and again, and nothing changes. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeGoogle } from './fake-google.js';

const deploy = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const bundle = join(deploy, 'bootstrap/dist/bootstrap.js');

let google: FakeGoogle;
let dir: string;
let config: string;
let good: string;

beforeEach(async () => {
  google = new FakeGoogle('dovvybuddy');
  await google.start();
  dir = await mkdtemp(join(tmpdir(), 'bootstrap-'));
  config = join(dir, 'bootstrap.yaml');
  // The repository's own file; only what its owner must fill in is filled in.
  const text = await readFile(join(deploy, 'bootstrap.yaml'), 'utf8');
  good = text
    .replace("repositoryId: '0'", "repositoryId: '4711'")
    .replace('000000-000000-000000', '01AB23-4C5D6E-7F8901');
  await writeFile(config, good);
  await copyFile(join(deploy, 'ascent.yaml'), join(dir, 'ascent.yaml'));
});

afterEach(async () => {
  await google.stop();
  await rm(dir, { recursive: true, force: true });
});

type Ran = { status: number; stdout: string; stderr: string };

function bootstrap(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const all = [bundle, '--config', config, '--endpoint', google.url, ...args];
    execFile(process.execPath, all, (error, stdout, stderr) => {
      resolve({
        status: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
        stdout,
        stderr,
      });
    });
  });
}

/** What exists under a host, by the last parts of its address. */
function made(host: string): readonly string[] {
  return [...google.objects.keys()].filter(
    (key) => key.startsWith(`${host}/`) && !key.endsWith(':policy'),
  );
}

function policies(): readonly Record<string, unknown>[] {
  return made('monitoring.googleapis.com')
    .filter((key) => key.includes('/alertPolicies/'))
    .map((key) => google.objects.get(key) ?? {});
}

/** The name of the notification channel of a type. */
function channelOf(wanted: string): string {
  const all = made('monitoring.googleapis.com').map((key) => google.objects.get(key));
  return String(all.find((object) => object?.['type'] === wanted)?.['name']);
}

describe('without --apply', () => {
  test('it shows everything that an empty project lacks, and writes nothing', async () => {
    const ran = await bootstrap();
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect(google.writes).toEqual([]);
    for (const part of [
      '14 APIs',
      'registry dovvybuddy',
      'trust in dovvybuddy/dovvybuddy',
      'secret groq-api-key',
      'sslCertificates',
      'DNS',
      'e-mail to',
      'budget of 100 USD',
      'alert high-error-rate of dovvybuddy-backend: create, telling email and slack',
      'dashboard of dovvybuddy-backend: create',
    ]) {
      expect(ran.stdout).toContain(part);
    }
    expect(ran.stdout).not.toContain('done ');
  });
});

describe('with --apply', () => {
  beforeEach(() => {
    google.objects.set('dns.googleapis.com/dns/v1/projects/dovvybuddy/managedZones/dovvybuddy', {
      name: 'dovvybuddy',
    });
  });

  test('it makes all of it, and the second run finds nothing to make', async () => {
    const first = await bootstrap('--apply');
    expect(first, first.stderr).toMatchObject({ status: 0 });
    expect(made('iam.googleapis.com').length).toBe(6 + 2);
    expect(made('secretmanager.googleapis.com').length).toBe(5);
    expect(made('compute.googleapis.com').map((key) => key.split('/').at(-2))).toEqual(
      expect.arrayContaining([
        'addresses',
        'networkEndpointGroups',
        'backendServices',
        'urlMaps',
        'sslCertificates',
        'targetHttpsProxies',
        'forwardingRules',
      ]),
    );
    google.writes.length = 0;
    const second = await bootstrap('--apply');
    expect(second, second.stderr).toMatchObject({ status: 0 });
    expect(google.writes).toEqual([]);
    expect(second.stdout).toContain(' 0 made.');
  });

  test('secrets are made without a value, and each is read by the services that use it only', async () => {
    const { stdout } = await bootstrap('--apply');
    expect(stdout).toContain('gcloud secrets versions add groq-api-key');
    expect(google.writes.some((write) => /:addVersion/.test(write))).toBe(false);
    const secret = 'secretmanager.googleapis.com/v1/projects/dovvybuddy/secrets';
    expect(google.policyOf(`${secret}/database-url-production`)).toEqual({
      'roles/secretmanager.secretAccessor': [
        'serviceAccount:dovvybuddy-backend@dovvybuddy.iam.gserviceaccount.com',
      ],
    });
    expect(
      google.policyOf(`${secret}/gemini-api-key`)['roles/secretmanager.secretAccessor'],
    ).toHaveLength(2);
  });

  test('a job becomes an account only in its own environment of this very repository', async () => {
    await bootstrap('--apply');
    const pools =
      'iam.googleapis.com/v1/projects/dovvybuddy/locations/global/workloadIdentityPools';
    expect(google.objects.get(`${pools}/github/providers/github-actions`)).toMatchObject({
      attributeCondition: "assertion.repository_id == '4711' && assertion.ref == 'refs/heads/main'",
      oidc: { issuerUri: 'https://token.actions.githubusercontent.com' },
    });
    const accounts = 'iam.googleapis.com/v1/projects/dovvybuddy/serviceAccounts';
    const deployer = google.policyOf(
      `${accounts}/dovvybuddy-deploy@dovvybuddy.iam.gserviceaccount.com`,
    );
    // GitHub writes the subject of a repository in two ways; its claims are the same in both.
    expect(google.objects.get(`${pools}/github/providers/github-actions`)).toMatchObject({
      attributeMapping: {
        'attribute.repository_environment': "assertion.repository_id + ':' + assertion.environment",
      },
    });
    expect(deployer['roles/iam.workloadIdentityUser']).toEqual([
      'principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/github/attribute.repository_environment/4711:production',
    ]);
  });

  test('staging and production run as accounts of their own, and each is used by its own deployer only', async () => {
    await bootstrap('--apply');
    const email = (id: string): string => `${id}@dovvybuddy.iam.gserviceaccount.com`;
    const usersOf = (id: string): readonly string[] | undefined =>
      google.policyOf(`iam.googleapis.com/v1/projects/dovvybuddy/serviceAccounts/${email(id)}`)[
        'roles/iam.serviceAccountUser'
      ];
    expect(usersOf('dovvybuddy-backend')).toEqual([
      `serviceAccount:${email('dovvybuddy-deploy')}`,
      `serviceAccount:${email('dovvybuddy-rollout')}`,
    ]);
    expect(usersOf('dovvybuddy-backend-staging')).toEqual([
      `serviceAccount:${email('dovvybuddy-deploy-staging')}`,
    ]);
    for (const [file, id] of [
      ['cloud-run-production.yaml', 'dovvybuddy-backend'],
      ['cloud-run-staging.yaml', 'dovvybuddy-backend-staging'],
    ] as const) {
      const manifest = await readFile(join(deploy, file), 'utf8');
      expect(manifest).toContain(`serviceAccountName: ${email(id)}`);
    }
  });

  test('GitHub’s variables are shown as commands, and the workflows use these and no others', async () => {
    const { stdout } = await bootstrap();
    expect(stdout).toContain(
      'gh variable set WORKLOAD_IDENTITY_PROVIDER --repo dovvybuddy/dovvybuddy --body projects/123456789012/locations/global/workloadIdentityPools/github/providers/github-actions',
    );
    expect(stdout).toContain(
      'gh variable set DEPLOY_SERVICE_ACCOUNT --repo dovvybuddy/dovvybuddy --env staging --body dovvybuddy-deploy-staging@dovvybuddy.iam.gserviceaccount.com',
    );
    const folder = join(deploy, '../.github/workflows');
    const texts = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
    );
    const used = [...texts.join('\n').matchAll(/\b(?:vars|secrets)\.(\w+)/g)].map(
      ([, name]) => name,
    );
    const shown = [...stdout.matchAll(/gh (?:variable|secret) set (\w+)/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual([...new Set(shown)].sort());
  });

  test('every GitHub environment admits main alone, so that no branch reads its secrets', async () => {
    const { stdout } = await bootstrap();
    for (const name of ['build', 'staging', 'production', 'rollout']) {
      const environment = `repos/dovvybuddy/dovvybuddy/environments/${name}`;
      expect(stdout).toContain(
        `gh api --method PUT ${environment} -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'`,
      );
      expect(stdout).toContain(
        `gh api --method POST ${environment}/deployment-branch-policies -f name=main`,
      );
    }
  });

  test('no account gets owner, editor or another account’s secrets, and only builds may push', async () => {
    await bootstrap('--apply');
    const project = google.policyOf('cloudresourcemanager.googleapis.com/v3/projects/dovvybuddy');
    expect(Object.keys(project).sort()).toEqual(['roles/monitoring.viewer', 'roles/run.developer']);
    const registry = google.policyOf(
      'artifactregistry.googleapis.com/v1/projects/dovvybuddy/locations/us-central1/repositories/dovvybuddy',
    );
    expect(registry['roles/artifactregistry.writer']).toEqual([
      'serviceAccount:dovvybuddy-build@dovvybuddy.iam.gserviceaccount.com',
    ]);
  });

  test('the journal’s bucket is never public, and only the controllers’ accounts add to it', async () => {
    await bootstrap('--apply');
    const bucket = 'storage.googleapis.com/storage/v1/b/dovvybuddy-rollouts';
    expect(google.objects.get(bucket)).toMatchObject({
      iamConfiguration: { publicAccessPrevention: 'enforced' },
    });
    expect(google.policyOf(bucket)['roles/storage.objectUser']).toEqual([
      'serviceAccount:dovvybuddy-deploy@dovvybuddy.iam.gserviceaccount.com',
      'serviceAccount:dovvybuddy-rollout@dovvybuddy.iam.gserviceaccount.com',
    ]);
  });

  test('DNS: api.dovvybuddy.com gets an A and an AAAA record with the reserved addresses', async () => {
    await bootstrap('--apply');
    const zone = 'dns.googleapis.com/dns/v1/projects/dovvybuddy/managedZones/dovvybuddy/rrsets';
    expect(google.objects.get(`${zone}/api.dovvybuddy.com./A`)).toMatchObject({
      rrdatas: ['203.0.113.7'],
    });
    expect(google.objects.get(`${zone}/api.dovvybuddy.com./AAAA`)).toMatchObject({
      rrdatas: ['2600:1901::1'],
    });
  });

  test('the certificate is Google’s own, for the domains of both services', async () => {
    await bootstrap('--apply');
    const certificate =
      made('compute.googleapis.com').find((key) => key.includes('/sslCertificates/')) ?? '';
    expect(google.objects.get(certificate)).toMatchObject({
      type: 'MANAGED',
      managed: { domains: ['api.dovvybuddy.com', 'staging-api.dovvybuddy.com'] },
    });
  });

  test('the budget is 100 USD a month and tells at 50, 90, 100 % and when the forecast passes it', async () => {
    await bootstrap('--apply');
    const [key = ''] = made('billingbudgets.googleapis.com');
    expect(google.objects.get(key)).toMatchObject({
      amount: { specifiedAmount: { currencyCode: 'USD', units: '100' } },
      thresholdRules: [
        { thresholdPercent: 0.5 },
        { thresholdPercent: 0.9 },
        { thresholdPercent: 1 },
        { spendBasis: 'FORECASTED_SPEND' },
      ],
      budgetFilter: { projects: ['projects/123456789012'] },
    });
  });

  test('the four alerts of the plan become policies that tell whom the plan says', async () => {
    google.objects.set('monitoring.googleapis.com/v3/projects/dovvybuddy/notificationChannels/s', {
      name: 'projects/dovvybuddy/notificationChannels/s',
      type: 'slack',
      labels: { channel_name: '#dovvybuddy-alerts' },
    });
    await bootstrap('--apply');
    const mail = channelOf('email');
    const slack = 'projects/dovvybuddy/notificationChannels/s';
    expect(
      policies().map(({ displayName, severity, notificationChannels }) => [
        displayName,
        severity,
        [...(notificationChannels as string[])].sort(),
      ]),
    ).toEqual([
      ['dovvybuddy-backend: high-error-rate', 'CRITICAL', [mail, slack].sort()],
      ['dovvybuddy-backend: high-latency', 'WARNING', [mail, slack].sort()],
      ['dovvybuddy-backend: high-cpu', 'WARNING', [mail]],
      ['dovvybuddy-backend: high-memory', 'CRITICAL', [mail]],
    ]);
    const [dashboard, ...others] = made('monitoring.googleapis.com').filter((key) =>
      key.includes('/dashboards/'),
    );
    expect(others).toEqual([]);
    expect(google.objects.get(dashboard ?? '')).toMatchObject({
      displayName: 'dovvybuddy-backend: revisions side by side',
    });
  });

  test('a changed rule changes its policy, and a channel that a person added to it stays', async () => {
    await bootstrap('--apply');
    const [key = '', policy] =
      [...google.objects].find(([, { displayName }]) =>
        String(displayName).endsWith('high-error-rate'),
      ) ?? [];
    google.objects.set(key, { ...policy, notificationChannels: ['projects/p/theirs'] });
    const plan = await readFile(join(dir, 'ascent.yaml'), 'utf8');
    await writeFile(
      join(dir, 'ascent.yaml'),
      plan.replace('above: 5%, for: 5m', 'above: 2%, for: 5m'),
    );
    const shown = await bootstrap();
    expect(shown.stdout).toContain(
      'would do   alert high-error-rate of dovvybuddy-backend: update conditions,notificationChannels',
    );
    await bootstrap('--apply');
    expect(google.objects.get(key)).toMatchObject({
      conditions: [{ conditionThreshold: { thresholdValue: 0.02 } }],
      notificationChannels: ['projects/p/theirs', channelOf('email')],
    });
    google.writes.length = 0;
    await bootstrap('--apply');
    expect(google.writes).toEqual([]);
  });

  test('a dashboard that was changed by hand is what the plan says again', async () => {
    await bootstrap('--apply');
    const key =
      made('monitoring.googleapis.com').find((each) => each.includes('/dashboards/')) ?? '';
    google.objects.set(key, { ...google.objects.get(key), mosaicLayout: { columns: 6 } });
    const ran = await bootstrap('--apply');
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect(google.objects.get(key)).toMatchObject({ mosaicLayout: { columns: 12 } });
  });

  test('the policy of a rule that is gone is left to a person, with the command', async () => {
    await bootstrap('--apply');
    const plan = await readFile(join(dir, 'ascent.yaml'), 'utf8');
    await writeFile(join(dir, 'ascent.yaml'), plan.replace(/.*name: high-cpu.*\n/, ''));
    const { stdout } = await bootstrap('--apply');
    expect(stdout).toMatch(
      /gcloud monitoring policies delete projects\/dovvybuddy\/alertPolicies\/\d+/,
    );
    expect(policies()).toHaveLength(4);
  });

  test('what drifted is mended, and what others added is kept', async () => {
    await bootstrap('--apply');
    const [budget = ''] = made('billingbudgets.googleapis.com');
    google.objects.set(budget, {
      ...google.objects.get(budget),
      amount: { specifiedAmount: { currencyCode: 'USD', units: '9' } },
    });
    const project = 'cloudresourcemanager.googleapis.com/v3/projects/dovvybuddy:policy';
    const policy = google.objects.get(project) as { bindings: unknown[] };
    const theirs = {
      role: 'roles/viewer',
      members: ['user:mia@dovvybuddy.com'],
      condition: { title: 'until friday' },
    };
    google.objects.set(project, { ...policy, bindings: [theirs] });
    const ran = await bootstrap('--apply');
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect(google.objects.get(budget)).toMatchObject({
      amount: { specifiedAmount: { units: '100' } },
    });
    const { bindings } = google.objects.get(project) as { bindings: unknown[] };
    expect(bindings).toContainEqual(theirs);
    expect(google.policyOf(project.replace(/:policy$/, ''))['roles/run.developer']).toHaveLength(3);
  });

  test('a run that was cut off is finished by the next one', async () => {
    const denied = {
      status: 403,
      body: {
        error: {
          code: 403,
          status: 'PERMISSION_DENIED',
          message: 'no secretmanager.secrets.create',
        },
      },
    };
    google.faults.push({ method: 'POST', path: /\/secrets$/, reply: denied, times: 1 });
    const cut = await bootstrap('--apply');
    expect(cut.status).toBe(5);
    expect(cut.stderr).toContain('no secretmanager.secrets.create');
    expect(cut.stderr).toContain('roles/owner');
    const ran = await bootstrap('--apply');
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect(made('secretmanager.googleapis.com').length).toBe(5);
  });

  test('busy answers and somebody else’s change of a policy are met by asking again', async () => {
    const busy = {
      status: 429,
      body: { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'slow down' } },
    };
    const conflict = {
      status: 409,
      body: { error: { code: 409, status: 'ABORTED', message: 'concurrent' } },
    };
    google.faults.push({ method: 'GET', path: /serviceAccounts/, reply: busy, times: 2 });
    google.faults.push({
      method: 'POST',
      path: /projects\/dovvybuddy:setIamPolicy/,
      reply: conflict,
      times: 2,
    });
    const changed = { status: 412, body: { error: { code: 412, message: 'conditionNotMet' } } };
    google.faults.push({ method: 'PUT', path: /\/iam$/, reply: changed, times: 2 });
    const ran = await bootstrap('--apply');
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect(
      google.policyOf('cloudresourcemanager.googleapis.com/v3/projects/dovvybuddy'),
    ).toHaveProperty('roles/run.developer');
  });

  test('what was made a moment ago and is not known everywhere yet is waited for', async () => {
    const disabled = {
      code: 403,
      status: 'PERMISSION_DENIED',
      message: 'has not been used before or it is disabled',
      details: [{ reason: 'SERVICE_DISABLED' }],
    };
    const unknown = { code: 400, status: 'INVALID_ARGUMENT', message: 'Account x does not exist.' };
    google.faults.push(
      {
        method: 'POST',
        path: /\/repositories$/,
        reply: { status: 403, body: { error: disabled } },
        times: 7,
      },
      {
        method: 'POST',
        path: /dovvybuddy:setIamPolicy/,
        reply: { status: 400, body: { error: unknown } },
        times: 7,
      },
    );
    const ran = await bootstrap('--apply');
    expect(ran, ran.stderr).toMatchObject({ status: 0 });
    expect(made('artifactregistry.googleapis.com')).toHaveLength(1);
  });

  test('a trust that somebody has deleted is not taken for one, and a person is told', async () => {
    await bootstrap('--apply');
    const pool =
      'iam.googleapis.com/v1/projects/dovvybuddy/locations/global/workloadIdentityPools/github';
    google.objects.set(pool, { ...google.objects.get(pool), state: 'DELETED' });
    const { stdout } = await bootstrap('--apply');
    expect(stdout).toContain('The workload identity pool for GitHub was deleted');
  });

  test('a service is opened to users once it is there', async () => {
    expect((await bootstrap('--apply')).stdout).toContain(
      'Deploy dovvybuddy-backend for the first time',
    );
    const service =
      'run.googleapis.com/v2/projects/dovvybuddy/locations/us-central1/services/dovvybuddy-backend';
    google.objects.set(service, { name: 'dovvybuddy-backend' });
    await bootstrap('--apply');
    expect(google.policyOf(service)).toEqual({ 'roles/run.invoker': ['allUsers'] });
  });
});

describe('wrong settings', () => {
  test.each([
    {
      what: 'the repository’s id is not filled in',
      from: "'4711'",
      to: "'0'",
      path: 'github.repositoryId',
    },
    { what: 'an unknown key', from: 'region:', to: 'regoin:', path: 'regoin' },
    {
      what: 'a domain that is none',
      from: 'api.dovvybuddy.com',
      to: 'api',
      path: 'services.0.domain',
    },
    { what: 'no budget', from: 'amount: 100', to: 'amount: 0', path: 'budget.amount' },
    {
      what: 'the billing account is not filled in',
      from: '01AB23-4C5D6E-7F8901',
      to: '000000-000000-000000',
      path: 'billingAccount',
    },
    {
      what: 'two services of one name, which would share their rights',
      from: 'name: dovvybuddy-backend-staging',
      to: 'name: dovvybuddy-backend',
      path: 'services: give each service its own name',
    },
    {
      what: 'two services of one domain',
      from: 'domain: staging-api.dovvybuddy.com',
      to: 'domain: api.dovvybuddy.com',
      path: 'services: give each service its own domain',
    },
  ])('$what: status 2, the path is named, nothing is asked', async ({ from, to, path }) => {
    await writeFile(config, good.replace(from, to));
    const ran = await bootstrap('--apply');
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(path);
    expect(google.writes).toEqual([]);
  });

  test.each([
    [
      'that is not there',
      (text: string) => text.replace('plan: ascent.yaml', 'plan: none.yaml'),
      'none.yaml',
    ],
    [
      'of another service',
      (text: string) => text.replace('name: dovvybuddy-backend,', 'name: dovvybuddy-api,'),
      'is the plan of dovvybuddy-backend',
    ],
  ])('a plan %s: status 2, nothing is asked', async (_what, spoil, said) => {
    await writeFile(config, spoil(good));
    const ran = await bootstrap('--apply');
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(said);
    expect(google.writes).toEqual([]);
  });

  test('a file that is not there is named with the remedy', async () => {
    await rm(config);
    const ran = await bootstrap();
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('--config');
  });
});

describe('without a way to Google', () => {
  test('missing credentials are said with the remedy', async () => {
    const env = { ...process.env, GOOGLE_APPLICATION_CREDENTIALS: join(dir, 'none.json') };
    const { status, stderr } = await new Promise<Ran>((resolve) => {
      execFile(process.execPath, [bundle, '--config', config], { env }, (error, stdout, said) => {
        resolve({ status: Number(error?.code ?? 0), stdout, stderr: said });
      });
    });
    expect(status).toBe(5);
    expect(stderr).toContain('gcloud auth application-default login');
    expect(stderr).not.toContain('    at ');
  });

  test('a host that does not answer is named, and nothing is a stack', async () => {
    await google.stop();
    const { status, stderr } = await bootstrap();
    await google.start();
    expect(status).toBe(5);
    expect(stderr).toContain('cloudresourcemanager.googleapis.com');
    expect(stderr).toContain('run the same command again');
    expect(stderr).not.toContain('    at ');
  });
});
