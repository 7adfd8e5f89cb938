/** The project itself, the APIs it uses, and the registry of its images. */
import type { GoogleApi, Json } from '../google-api.js';
import { access } from '../access.js';
import { accountMember, pipelineAccounts, projectPath } from '../project.js';
import type { Settings } from '../settings.js';
import { resource, type Finding, type Step } from '../step.js';

/** Every API that a step, a workflow or the service calls. */
export const requiredApis = [
  'artifactregistry.googleapis.com',
  'billingbudgets.googleapis.com',
  'cloudresourcemanager.googleapis.com',
  'compute.googleapis.com',
  'dns.googleapis.com',
  'iam.googleapis.com',
  'iamcredentials.googleapis.com',
  'logging.googleapis.com',
  'monitoring.googleapis.com',
  'run.googleapis.com',
  'secretmanager.googleapis.com',
  'serviceusage.googleapis.com',
  'storage.googleapis.com',
  'sts.googleapis.com',
] as const;

const DAY_S = 86_400;

/** The project, its APIs and its registry. */
export function foundation(api: GoogleApi, settings: Settings): readonly Step[] {
  const parent = `https://artifactregistry.googleapis.com/v1/${projectPath(settings)}/locations/${settings.region}/repositories`;
  const url = `${parent}/${settings.registry}`;
  const keep = { cleanupPolicies: cleanup() };
  return [
    { name: `project ${settings.project}`, inspect: () => inspectProject(api, settings) },
    { name: `${requiredApis.length} APIs`, inspect: () => inspectApis(api, settings) },
    resource(api, {
      name: `registry ${settings.registry}`,
      url,
      create: {
        url: `${parent}?repositoryId=${settings.registry}`,
        // Immutable tags: what `backend:COMMIT` means is decided once.
        body: { format: 'DOCKER', dockerConfig: { immutableTags: true }, ...keep },
      },
      keep,
    }),
    access(api, {
      name: `registry ${settings.registry}`,
      url,
      readBy: 'GET',
      grants: [
        {
          role: 'roles/artifactregistry.writer',
          member: accountMember(settings, pipelineAccounts.build.id),
        },
        ...[pipelineAccounts.deployStaging.id, pipelineAccounts.deployProduction.id].map((id) => ({
          role: 'roles/artifactregistry.reader',
          member: accountMember(settings, id),
        })),
      ],
    }),
  ];
}

/** Where controllers write down what was decided: they may add to it, and nobody may make it public. */
export function journal(api: GoogleApi, settings: Settings): readonly Step[] {
  const buckets = 'https://storage.googleapis.com/storage/v1/b';
  const url = `${buckets}/${settings.journalBucket}`;
  const { deployProduction, rollout } = pipelineAccounts;
  return [
    resource(api, {
      name: `bucket ${settings.journalBucket}`,
      url,
      create: {
        url: `${buckets}?project=${settings.project}`,
        body: {
          name: settings.journalBucket,
          location: settings.region,
          iamConfiguration: {
            uniformBucketLevelAccess: { enabled: true },
            publicAccessPrevention: 'enforced',
          },
        },
      },
    }),
    access(api, {
      name: `bucket ${settings.journalBucket}`,
      url,
      readBy: 'storage',
      grants: [deployProduction, rollout].map(({ id }) => ({
        role: 'roles/storage.objectUser',
        member: accountMember(settings, id),
      })),
    }),
  ];
}

/** Old images cost money; the newest thirty stay whatever their age, so that there is always a way back. */
function cleanup(): Json {
  return {
    'keep-newest': { id: 'keep-newest', action: 'KEEP', mostRecentVersions: { keepCount: 30 } },
    'delete-old': {
      id: 'delete-old',
      action: 'DELETE',
      condition: { olderThan: `${90 * DAY_S}s` },
    },
  };
}

async function inspectProject(api: GoogleApi, settings: Settings): Promise<Finding> {
  const found = await api.read(
    `https://cloudresourcemanager.googleapis.com/v3/${projectPath(settings)}`,
  );
  if (found !== null) return { type: 'present' };
  const todo = `Create the project and link its billing account: gcloud projects create ${settings.project} && gcloud billing projects link ${settings.project} --billing-account ${settings.billingAccount}`;
  return { type: 'person', todo };
}

async function inspectApis(api: GoogleApi, settings: Settings): Promise<Finding> {
  const services = `https://serviceusage.googleapis.com/v1/${projectPath(settings)}/services`;
  const enabled = new Set<string>();
  let page: string | undefined = '';
  while (page !== undefined) {
    const listed: Json | null = await api.read(
      `${services}?filter=state:ENABLED&pageSize=200&pageToken=${page}`,
    );
    for (const { config } of (listed?.['services'] ?? []) as { config: { name: string } }[]) {
      enabled.add(config.name);
    }
    page = (listed?.['nextPageToken'] ?? '') === '' ? undefined : String(listed?.['nextPageToken']);
  }
  const serviceIds = requiredApis.filter((name) => !enabled.has(name));
  if (serviceIds.length === 0) return { type: 'present' };
  return {
    type: 'change',
    detail: `enable ${serviceIds.join(', ')}`,
    apply: async () => {
      await api.write('POST', `${services}:batchEnable`, { serviceIds });
    },
  };
}
