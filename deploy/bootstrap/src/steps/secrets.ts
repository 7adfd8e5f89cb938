/** Secrets without their values: who may read each is decided here, what it says is put in by a person. */
import { access } from '../access.js';
import type { GoogleApi } from '../google-api.js';
import { accountMember, projectPath, runtimeAccounts } from '../project.js';
import type { Settings } from '../settings.js';
import { resource, type Step } from '../step.js';

/** Each secret, its readers, and whether it has a value yet. */
export function secrets(api: GoogleApi, settings: Settings): readonly Step[] {
  const parent = `https://secretmanager.googleapis.com/v1/${projectPath(settings)}/secrets`;
  return settings.secrets.flatMap(({ name, usedBy }) => {
    const url = `${parent}/${name}`;
    return [
      resource(api, {
        name: `secret ${name}`,
        url,
        create: { url: `${parent}?secretId=${name}`, body: { replication: { automatic: {} } } },
      }),
      access(api, {
        name: `secret ${name}`,
        url,
        readBy: 'GET',
        grants: runtimeAccounts(settings, usedBy).map((id) => ({
          role: 'roles/secretmanager.secretAccessor',
          member: accountMember(settings, id),
        })),
      }),
      {
        name: `value of ${name}`,
        inspect: async () => {
          if ((await api.read(`${url}/versions/latest`)) !== null) return { type: 'present' };
          const todo = `Put in the value of ${name}: gcloud secrets versions add ${name} --project ${settings.project} --data-file=- (it is read from the terminal; end with Ctrl-D)`;
          return { type: 'person', todo };
        },
      },
    ] satisfies Step[];
  });
}
