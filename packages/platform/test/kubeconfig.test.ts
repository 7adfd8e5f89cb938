/** A plan's `platform: kubernetes`, from the kubeconfig to writes that a real server of the API takes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTokenProgram } from '../src/credential-program.js';
import { createPlanPort, kubernetesTarget, type KubernetesPlan } from '../src/index.js';
import { startCloudRunLocal, type CloudRunLocal } from './cloud-run-local.js';

let run: CloudRunLocal;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ascent-kubeconfig-'));
  run = await startCloudRunLocal();
});
afterAll(async () => {
  await run.stop();
  await rm(folder, { recursive: true, force: true });
});

let files = 0;
async function written(config: unknown): Promise<string> {
  files += 1;
  const path = join(folder, `config-${files}`);
  await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config));
  return path;
}

/** A kubeconfig of one context; `user` and `cluster` are merged in. */
function config(server: string, { user = {}, cluster = {} } = {}): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'reef',
    contexts: [{ name: 'reef', context: { cluster: 'here', user: 'me', namespace: 'divers' } }],
    clusters: [{ name: 'here', cluster: { server, ...cluster } }],
    users: [{ name: 'me', user }],
  };
}

function plan(changes: Partial<KubernetesPlan> = {}): KubernetesPlan {
  return {
    type: 'kubernetes',
    kubeconfig: null,
    context: null,
    namespace: null,
    service: 'web',
    ...changes,
  };
}

describe('a kubeconfig', () => {
  test('leads to a service that is read and written', async () => {
    const revision = await run.deploy('web');
    const kubeconfig = await written(config(run.url));
    const port = createPlanPort(plan({ kubeconfig, namespace: 'local' }));
    let view = await port.read();
    while (!view.settled) {
      await delay(20);
      view = await port.read();
    }
    const traffic = [{ revision, percent: 100, tag: 'stable' }];
    await expect(port.replace(view, { record: '{"version":1}', traffic })).resolves.toBe('written');
    expect(await port.read()).toMatchObject({ record: '{"version":1}', traffic });
    await expect(port.replace(view, { record: 'late', traffic })).resolves.toBe('conflict');
  });

  test('gives the context, its namespace, its certificates and its token', async () => {
    const authority = await readFile(new URL('./fixtures/tls/certificate.pem', import.meta.url));
    const kubeconfig = await written(
      config('https://127.0.0.1:6443', {
        user: { token: 't1' },
        cluster: { 'certificate-authority-data': authority.toString('base64') },
      }),
    );
    expect(await kubernetesTarget(plan({ kubeconfig }))).toEqual({
      type: 'kubernetes',
      server: 'https://127.0.0.1:6443',
      namespace: 'divers',
      service: 'web',
      auth: { type: 'bearer', token: 't1' },
      certificateAuthority: authority.toString('utf8'),
    });
  });

  test('is the one of KUBECONFIG where the plan names none, and files in it are beside it', async () => {
    await writeFile(join(folder, 'client.pem'), 'CERTIFICATE');
    await writeFile(join(folder, 'client.key'), 'KEY');
    const user = { 'client-certificate': 'client.pem', 'client-key': 'client.key' };
    const KUBECONFIG = await written(config('https://127.0.0.1:6443', { user }));
    expect(await kubernetesTarget(plan(), { KUBECONFIG })).toMatchObject({
      auth: { type: 'clientCertificate', certificate: 'CERTIFICATE', key: 'KEY' },
    });
  });

  test('over plain http gives no token away', async () => {
    const kubeconfig = await written(config('http://127.0.0.1:8001', { user: { token: 't1' } }));
    expect(await kubernetesTarget(plan({ kubeconfig }))).toMatchObject({ auth: { type: 'none' } });
  });

  test.each([
    ['that is not there', null, {}, /no such file.*platform\.kubernetes\.kubeconfig/],
    ['that is none', { clusters: 7 }, {}, /is no kubeconfig: contexts/],
    ['that is not YAML', 'a: [', {}, /is not YAML/],
    ['without the context', config('http://h:1'), { context: 'wreck' }, /no context wreck.*reef/],
    [
      'without the cluster',
      { ...config('http://h:1'), clusters: [] },
      {},
      /no cluster here.*platform\.kubernetes\.context/,
    ],
    [
      'that trusts everybody',
      config('https://h:1', { cluster: { 'insecure-skip-tls-verify': true } }),
      {},
      /not to verify.*certificate-authority-data/,
    ],
  ])('%s says what is wrong and what to do', async (...[, content, changes, words]) => {
    const kubeconfig = content === null ? join(folder, 'nowhere') : await written(content);
    await expect(kubernetesTarget(plan({ kubeconfig, ...changes }))).rejects.toMatchObject({
      code: 'ASC_PLATFORM_DENIED',
      message: expect.stringMatching(words) as string,
    });
  });

  test('may name several files, which is said and not guessed at', async () => {
    await expect(kubernetesTarget(plan(), { KUBECONFIG: '/a:/b' })).rejects.toMatchObject({
      message: expect.stringMatching(/lists 2 files.*platform\.kubernetes\.kubeconfig/) as string,
    });
  });
});

describe('a program that gets tokens', () => {
  const program = (script: string) => ({
    command: process.execPath,
    args: ['-e', script],
    env: { DEPTH: '18' },
    apiVersion: 'client.authentication.k8s.io/v1',
  });
  const credential = (expirationTimestamp: string | null): string =>
    `console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: process.env.DEPTH + ' ' + process.pid + ' ' + JSON.parse(process.env.KUBERNETES_EXEC_INFO).kind${
      expirationTimestamp === null ? '' : `, expirationTimestamp: '${expirationTimestamp}'`
    } } }))`;

  test('is asked once for as long as its token is good', async () => {
    const token = createTokenProgram(program(credential('2100-01-01T00:00:00Z')));
    const first = await token();
    expect(first).toMatch(/^18 \d+ ExecCredential$/);
    expect(await token()).toBe(first);
  });

  test('is asked again where its token has no end, or has ended', async () => {
    for (const end of [null, '2001-01-01T00:00:00Z']) {
      const token = createTokenProgram(program(credential(end)));
      expect(await token()).not.toBe(await token());
    }
  });

  test.each([
    ['is not installed', { ...program(''), command: 'no-such-program' }, /it is not installed/],
    ['complains', program("console.error('sign in first'); process.exit(1)"), /sign in first/],
    ['prints something else', program('console.log("secret")'), /printed no ExecCredential/],
  ])('that %s is told of, without what it printed', async (...[, broken, words]) => {
    const error: unknown = await createTokenProgram(broken)().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ASC_PLATFORM_DENIED' });
    expect(String(error)).toMatch(words);
    expect(String(error)).not.toContain('secret');
  });
});
