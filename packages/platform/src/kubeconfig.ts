/**
 * From a kubeconfig to a target, by the rules of `kubectl`: the named file, or `KUBECONFIG`, or `~/.kube/config`; inside
 * a pod without any of them, the pod's own service account.
 * Format: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AscentError, type PlanPlatform } from '@ascent/core';
import { parse } from 'yaml';
import { z } from 'zod';
import type { KubernetesAuth, KubernetesTarget } from './platform-target.js';

/** The plan's words about a cluster. */
export type KubernetesPlan = Extract<PlanPlatform, { type: 'kubernetes' }>;

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const clusterSchema = z.looseObject({
  server: z.url(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
});

const userSchema = z.looseObject({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  exec: z
    .looseObject({
      command: z.string(),
      args: z.array(z.string()).nullish(),
      env: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
      apiVersion: z.string(),
    })
    .optional(),
});

const kubeconfigSchema = z.looseObject({
  'current-context': z.string().optional(),
  contexts: z.array(
    z.looseObject({
      name: z.string(),
      context: z.looseObject({
        cluster: z.string(),
        user: z.string().optional(),
        namespace: z.string().optional(),
      }),
    }),
  ),
  clusters: z.array(z.looseObject({ name: z.string(), cluster: clusterSchema })),
  users: z.array(z.looseObject({ name: z.string(), user: userSchema })).default([]),
});

type Kubeconfig = z.output<typeof kubeconfigSchema>;
type Cluster = z.output<typeof clusterSchema>;
type User = z.output<typeof userSchema>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Where the plan's service is. @throws AscentError `ASC_PLATFORM_DENIED` naming the file, what is wrong in it and what to do. */
export async function kubernetesTarget(
  plan: KubernetesPlan,
  env: Environment = process.env,
): Promise<KubernetesTarget> {
  const path = await pathOf(plan, env);
  return path === null ? await inCluster(plan, env) : await fromFile(plan, path);
}

/** The kubeconfig to read; `null` inside a pod that has none. */
async function pathOf(plan: KubernetesPlan, env: Environment): Promise<string | null> {
  const home = env['HOME'] ?? homedir();
  if (plan.kubeconfig !== null) return plan.kubeconfig.replace(/^~(?=\/)/, home);
  const listed = (env['KUBECONFIG'] ?? '').split(':').filter((one) => one !== '');
  if (listed.length > 1) {
    const several = `KUBECONFIG lists ${listed.length} files, and they are not merged here`;
    throw unusable(several, 'Name one of them in the plan: platform.kubernetes.kubeconfig.');
  }
  if (listed[0] !== undefined) return listed[0];
  const usual = join(home, '.kube', 'config');
  const isThere = await access(usual).then(
    () => true,
    () => false,
  );
  return isThere || env['KUBERNETES_SERVICE_HOST'] === undefined ? usual : null;
}

async function fromFile(plan: KubernetesPlan, path: string): Promise<KubernetesTarget> {
  const { cluster, user, namespace } = chosen(await readConfig(path), plan, path);
  const isPlain = cluster.server.startsWith('http://');
  return {
    type: 'kubernetes',
    server: cluster.server,
    namespace,
    service: plan.service,
    // A token must not travel in the clear, so plain http (an emulator, `kubectl proxy`) gets none.
    auth: isPlain ? { type: 'none' } : await authOf(user, path),
    certificateAuthority: isPlain ? null : await authorityOf(cluster, path),
  };
}

/** What the plan's context, or else the present one, names. */
function chosen(
  config: Kubeconfig,
  plan: KubernetesPlan,
  path: string,
): { readonly cluster: Cluster; readonly user: User; readonly namespace: string } {
  const name = plan.context ?? config['current-context'] ?? '';
  const context = config.contexts.find((one) => one.name === name)?.context;
  if (context === undefined) throw contextMissing(config, name, path);
  const cluster = config.clusters.find((one) => one.name === context.cluster)?.cluster;
  if (cluster === undefined) {
    throw unusable(
      `${path} has no cluster ${context.cluster}, which its context ${name} names`,
      'Mend the kubeconfig, or name another context with platform.kubernetes.context.',
    );
  }
  const user = config.users.find((one) => one.name === context.user)?.user ?? {};
  return { cluster, user, namespace: plan.namespace ?? context.namespace ?? 'default' };
}

function contextMissing({ contexts }: Kubeconfig, name: string, path: string): AscentError {
  const known = contexts.map((one) => one.name).join(', ') || 'none';
  const what = name === '' ? 'has no current-context' : `has no context ${name}`;
  return unusable(`${path} ${what}`, `It has ${known}: name one with platform.kubernetes.context.`);
}

async function readConfig(path: string): Promise<Kubeconfig> {
  const text = await readText(path, 'the kubeconfig');
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw unusable(`${path} is not YAML: ${String(error)}`, 'Mend it, or name another file.');
  }
  const parsed = kubeconfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  const what = `${path} is no kubeconfig: ${where || 'the file'}: ${issue?.message ?? ''}`;
  throw unusable(what, 'Mend it, or name another with platform.kubernetes.kubeconfig.');
}

/** Data in the file comes before a file that it names, as in `kubectl`. */
async function pem(
  data: string | undefined,
  file: string | undefined,
  path: string,
): Promise<string | null> {
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  if (file === undefined) return null;
  const full = resolve(dirname(path), file);
  return await readText(full, `the certificate that ${path} names`);
}

async function authorityOf(cluster: Cluster, path: string): Promise<string | null> {
  if (cluster['insecure-skip-tls-verify'] === true) {
    throw unusable(
      `${path} asks not to verify the certificate of ${cluster.server}`,
      'Whoever is in between could then move the traffic: give certificate-authority-data instead.',
    );
  }
  return await pem(cluster['certificate-authority-data'], cluster['certificate-authority'], path);
}

async function authOf(user: User, path: string): Promise<KubernetesAuth> {
  if (user.token !== undefined) return { type: 'bearer', token: user.token };
  if (user.tokenFile !== undefined) {
    return { type: 'bearerFile', path: resolve(dirname(path), user.tokenFile) };
  }
  if (user.exec !== undefined) {
    const { command, args, env, apiVersion } = user.exec;
    const variables = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
    return { type: 'exec', program: { command, args: args ?? [], env: variables, apiVersion } };
  }
  const certificate = await pem(user['client-certificate-data'], user['client-certificate'], path);
  const key = await pem(user['client-key-data'], user['client-key'], path);
  if (certificate === null || key === null) return { type: 'none' };
  return { type: 'clientCertificate', certificate, key };
}

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
async function inCluster(plan: KubernetesPlan, env: Environment): Promise<KubernetesTarget> {
  const mounted = (name: string): Promise<string> =>
    readText(join(SERVICE_ACCOUNT, name), "the pod's service account");
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  return {
    type: 'kubernetes',
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: plan.namespace ?? (await mounted('namespace')).trim(),
    service: plan.service,
    auth: { type: 'bearerFile', path: join(SERVICE_ACCOUNT, 'token') },
    certificateAuthority: await mounted('ca.crt'),
  };
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw unusable(
      `${path} (${what}) cannot be read: ${why}`,
      'Name another kubeconfig with platform.kubernetes.kubeconfig, or set KUBECONFIG.',
    );
  }
}

function unusable(what: string, remedy: string): AscentError {
  return new AscentError('ASC_PLATFORM_DENIED', `${what}. ${remedy}`);
}
