/** GitHub's side of the trust: variables and environments, as commands for whoever owns the repository. None is a secret. */
import { textOf, type GoogleApi } from './google-api.js';
import { accountEmail, federation, pipelineAccounts, projectPath } from './project.js';
import type { Settings } from './settings.js';

/** The name of the variable under which each environment's workflow looks for its account. */
const variables = {
  build: 'BUILD_SERVICE_ACCOUNT',
  deployStaging: 'DEPLOY_SERVICE_ACCOUNT',
  deployProduction: 'DEPLOY_SERVICE_ACCOUNT',
  rollout: 'ROLLOUT_SERVICE_ACCOUNT',
} as const;

/** What to type once, in this order. The last variable is what makes the workflows begin. */
export async function githubCommands(
  api: GoogleApi,
  settings: Settings,
): Promise<readonly string[]> {
  const { repository } = settings.github;
  const project = await api.read(
    `https://cloudresourcemanager.googleapis.com/v3/${projectPath(settings)}`,
  );
  const number = textOf(project, 'name') ?? 'projects/NUMBER';
  const provider = `${number}/locations/global/workloadIdentityPools/${federation.pool}/providers/${federation.provider}`;
  const accounts = Object.entries(pipelineAccounts).map(([job, { id, githubEnvironment }]) => ({
    name: variables[job as keyof typeof variables],
    account: accountEmail(settings, id),
    githubEnvironment,
  }));
  const environments = accounts.map(({ githubEnvironment }) => githubEnvironment);
  const told = environments.filter((name) => name === 'production' || name === 'rollout');
  return [
    ...environments.flatMap((name) => onlyFromMain(`repos/${repository}/environments/${name}`)),
    ...accounts.map(
      ({ name, account, githubEnvironment }) =>
        `gh variable set ${name} --repo ${repository} --env ${githubEnvironment} --body ${account}`,
    ),
    ...told.flatMap((name) =>
      ['SLACK_WEBHOOK_URL', 'SMTP_URL'].map(
        (secret) => `gh secret set ${secret} --repo ${repository} --env ${name}`,
      ),
    ),
    `gh variable set WORKLOAD_IDENTITY_PROVIDER --repo ${repository} --body ${provider}`,
  ];
}

/** Without a branch policy a workflow on any branch could name the environment, and read its secrets. */
function onlyFromMain(environment: string): readonly string[] {
  const policy = ['protected_branches]=false', 'custom_branch_policies]=true'].map(
    (field) => `-F 'deployment_branch_policy[${field}'`,
  );
  return [
    `gh api --method PUT ${environment} ${policy.join(' ')}`,
    `gh api --method POST ${environment}/deployment-branch-policies -f name=main`,
  ];
}
