/**
 * Who acts: one account for each job of the pipeline and for each service, and GitHub's identity tokens as the only way
 * in. There is no key to steal; a job becomes an account only in its own GitHub environment of this very
 * repository, and on its main branch.
 */
import { access } from '../access.js';
import { textOf, type GoogleApi } from '../google-api.js';
import {
  accountEmail,
  accountMember,
  federation,
  pipelineAccounts,
  projectPath,
  runtimeAccounts,
} from '../project.js';
import type { Environment, Settings } from '../settings.js';
import { resource, type Finding, type Step } from '../step.js';

const IAM = 'https://iam.googleapis.com/v1';

/** Accounts, federation, and what each account may do. */
export function identities(api: GoogleApi, settings: Settings): readonly Step[] {
  const pipeline = Object.values(pipelineAccounts);
  return [
    ...pipeline.map(({ id }) => account(api, settings, id)),
    ...runtimeAccounts(settings).map((id) => account(api, settings, id)),
    ...federationSteps(api, settings),
    ...pipeline.map(({ id, githubEnvironment }) =>
      mayBecome(api, settings, { id, githubEnvironment }),
    ),
    projectAccess(api, settings),
    actsAs(api, settings, 'production'),
    actsAs(api, settings, 'staging'),
  ];
}

function account(api: GoogleApi, settings: Settings, id: string): Step {
  const parent = `${IAM}/${projectPath(settings)}/serviceAccounts`;
  return resource(api, {
    name: `account ${id}`,
    url: `${parent}/${accountEmail(settings, id)}`,
    create: { url: parent, body: { accountId: id, serviceAccount: { displayName: id } } },
  });
}

function federationSteps(api: GoogleApi, settings: Settings): readonly Step[] {
  const parent = `${IAM}/${projectPath(settings)}/locations/global/workloadIdentityPools`;
  const pool = `${parent}/${federation.pool}`;
  const trust = {
    attributeMapping: {
      'google.subject': 'assertion.sub',
      'attribute.repository_id': 'assertion.repository_id',
      'attribute.ref': 'assertion.ref',
      'attribute.repository_environment': "assertion.repository_id + ':' + assertion.environment",
    },
    // A branch can hold another version of a workflow that names the same environment; only what is on main counts.
    attributeCondition: `assertion.repository_id == '${settings.github.repositoryId}' && assertion.ref == 'refs/heads/main'`,
    oidc: { issuerUri: 'https://token.actions.githubusercontent.com' },
  };
  return [
    resource(api, {
      name: 'workload identity pool for GitHub',
      url: pool,
      create: {
        url: `${parent}?workloadIdentityPoolId=${federation.pool}`,
        body: { displayName: 'GitHub' },
      },
    }),
    resource(api, {
      name: `trust in ${settings.github.repository}`,
      url: `${pool}/providers/${federation.provider}`,
      create: {
        url: `${pool}/providers?workloadIdentityPoolProviderId=${federation.provider}`,
        body: { displayName: 'GitHub Actions', ...trust },
      },
      keep: trust,
    }),
  ];
}

/**
 * Jobs in one GitHub environment may be one account. The environment is a claim of its own: the subject has it too, but is
 * written in two ways
 * (https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens).
 */
function mayBecome(
  api: GoogleApi,
  settings: Settings,
  { id, githubEnvironment }: { readonly id: string; readonly githubEnvironment: string },
): Step {
  const url = `${IAM}/${projectPath(settings)}/serviceAccounts/${accountEmail(settings, id)}`;
  const inspect = async (): Promise<Finding> => {
    const project = await api.read(
      `https://cloudresourcemanager.googleapis.com/v3/${projectPath(settings)}`,
    );
    const number = textOf(project, 'name') ?? 'projects/unknown';
    const pool = `iam.googleapis.com/${number}/locations/global/workloadIdentityPools/${federation.pool}`;
    // With the repository in it, so that another provider, added to the pool some day, opens nothing.
    const who = `${settings.github.repositoryId}:${githubEnvironment}`;
    const member = `principalSet://${pool}/attribute.repository_environment/${who}`;
    const role = 'roles/iam.workloadIdentityUser';
    return await access(api, {
      name: id,
      url,
      readBy: 'emptyPOST',
      grants: [{ role, member }],
    }).inspect();
  };
  return { name: `GitHub environment ${githubEnvironment} may be ${id}`, inspect };
}

/** What cannot be given more narrowly: services are created in the project, and metrics belong to it. */
function projectAccess(api: GoogleApi, settings: Settings): Step {
  const { deployStaging, deployProduction, rollout } = pipelineAccounts;
  return access(api, {
    name: `project ${settings.project}`,
    url: `https://cloudresourcemanager.googleapis.com/v3/${projectPath(settings)}`,
    readBy: 'POST',
    grants: [deployStaging, deployProduction, rollout].flatMap(({ id }) => [
      { role: 'roles/run.developer', member: accountMember(settings, id) },
      { role: 'roles/monitoring.viewer', member: accountMember(settings, id) },
    ]),
  });
}

/** Who writes a service must be allowed to act as the account it runs as. */
function actsAs(api: GoogleApi, settings: Settings, environment: Environment): Step {
  const { deployStaging, deployProduction, rollout } = pipelineAccounts;
  const writers = environment === 'staging' ? [deployStaging] : [deployProduction, rollout];
  const steps = runtimeAccounts(settings, [environment]).map((id) =>
    access(api, {
      name: id,
      url: `${IAM}/${projectPath(settings)}/serviceAccounts/${accountEmail(settings, id)}`,
      readBy: 'emptyPOST',
      grants: writers.map((writer) => ({
        role: 'roles/iam.serviceAccountUser',
        member: accountMember(settings, writer.id),
      })),
    }),
  );
  const [only] = steps;
  return (
    only ?? {
      name: `no service in ${environment}`,
      inspect: () => Promise.resolve({ type: 'present' }),
    }
  );
}
