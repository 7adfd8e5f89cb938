/** Names that several parts of the project share. */
import type { Environment, Settings } from './settings.js';

/** The accounts of the pipeline, and which GitHub environment may be each of them. */
export const pipelineAccounts = {
  build: { id: 'dovvybuddy-build', githubEnvironment: 'build' },
  deployStaging: { id: 'dovvybuddy-deploy-staging', githubEnvironment: 'staging' },
  deployProduction: { id: 'dovvybuddy-deploy', githubEnvironment: 'production' },
  rollout: { id: 'dovvybuddy-rollout', githubEnvironment: 'rollout' },
} as const;

/** Name of the workload identity pool and its provider. */
export const federation = { pool: 'github', provider: 'github-actions' } as const;

/** `PROJECT`'s own resource name in the APIs that use ids. */
export function projectPath({ project }: Settings): string {
  return `projects/${project}`;
}

/** Address of a service account. */
export function accountEmail({ project }: Settings, id: string): string {
  return `${id}@${project}.iam.gserviceaccount.com`;
}

/** As a member in IAM. */
export function accountMember(settings: Settings, id: string): string {
  return `serviceAccount:${accountEmail(settings, id)}`;
}

/** The account a service runs as is named after it. */
export function runtimeAccounts(
  { services }: Settings,
  environments: readonly Environment[] = ['production', 'staging'],
): readonly string[] {
  return services
    .filter(({ environment }) => environments.includes(environment))
    .map(({ name }) => name);
}
