/** What Cloud Run says of a container that does not start; texts as recorded from failed deployments. */
import type { RevisionRecord } from './record.js';
import { containerPortOf } from './template-defaults.js';

const troubleshooting =
  'For more troubleshooting guidance, see https://cloud.google.com/run/docs/troubleshooting#container-failed-to-start';

/** The message of a revision whose first instance never became ready. */
export function startFailureMessage(revision: RevisionRecord): string {
  const container = revision.object.spec.containers[0];
  const port = container === undefined ? 8080 : containerPortOf(container);
  const isDefault = container?.startupProbe?.periodSeconds === 240;
  const what = isDefault
    ? `The user-provided container failed to start and listen on the port defined provided by the PORT=${port} environment variable within the allocated timeout. This can happen when the container port is misconfigured or if the timeout is too short. The health check timeout can be extended. Logs for this revision might contain more information.`
    : 'The user-provided container failed the configured startup probe checks. Logs for this revision might contain more information.';
  return `${what}\n\n${troubleshooting}`;
}
