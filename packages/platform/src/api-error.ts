/** From an answer that is not what was asked for to an error a person can act on: what, where and what to do. */
import { AscentError } from '@ascent/core';
import { googleErrorSchema, kubernetesStatusSchema } from '@ascent/knative';
import type { Answer } from './api-client.js';
import type { ApiAddress } from './platform-target.js';

/** What was being done. */
export type ApiAction = 'read' | 'write' | 'deploy';

/** The error for an answer that ended the action. */
export function apiError(address: ApiAddress, action: ApiAction, answer: Answer): AscentError {
  const what = `Could not ${action} service ${address.service} (${address.place})`;
  if (answer.type === 'silence') {
    return new AscentError(
      'ASC_PLATFORM_UNAVAILABLE',
      `${what}: ${answer.reason}. ${outageRemedy(action)}`,
    );
  }
  const said = `HTTP ${answer.status}: ${saidBy(answer)}`;
  switch (kindOf(answer.status)) {
    case 'denied':
      return new AscentError(
        'ASC_PLATFORM_DENIED',
        `${what}: ${said} Grant the account Ascent runs as: ${address.permission[action]}.`,
      );
    case 'notFound':
      return new AscentError(
        'ASC_SERVICE_NOT_FOUND',
        `${what}: ${said} Deploy the service once before its first rollout, or correct service and platform in the plan.`,
      );
    case 'unavailable':
      return new AscentError(
        'ASC_PLATFORM_UNAVAILABLE',
        `${what}: ${said} ${outageRemedy(action)}`,
      );
    case 'refused':
      return new AscentError(
        'ASC_PLATFORM_REFUSED',
        `${what}: ${said} Nothing was changed; correct what the platform names and try again.`,
      );
  }
}

/** The platform's own message, or the beginning of whatever it sent instead. Ends with a full stop. */
export function saidBy(answer: Extract<Answer, { type: 'answer' }>): string {
  const google = googleErrorSchema.safeParse(answer.json);
  const kubernetes = kubernetesStatusSchema.safeParse(answer.json);
  const said = google.success
    ? google.data.error.message
    : kubernetes.success
      ? kubernetes.data.message
      : undefined;
  const text = (said ?? answer.text.slice(0, 200)).trim();
  if (text === '') return 'an empty answer.';
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/**
 * True for the 409 that says "this revision name is taken by another template" instead of "the service has moved on"
 * (facts/cloud-run 1.4: `Revision named 'X' with different configuration already exists.`).
 */
export function isNameTaken(answer: Extract<Answer, { type: 'answer' }>): boolean {
  const google = googleErrorSchema.safeParse(answer.json);
  if (google.success && google.data.error.status === 'ALREADY_EXISTS') return true;
  const kubernetes = kubernetesStatusSchema.safeParse(answer.json);
  if (kubernetes.success && kubernetes.data.reason === 'AlreadyExists') return true;
  return /\bRevision named .+ already exists/.test(answer.text);
}

function kindOf(status: number): 'denied' | 'notFound' | 'unavailable' | 'refused' {
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'notFound';
  // A 2xx ends here only when its body is not what the API promises: a proxy or a login page answered.
  if (status < 400 || status === 429 || status >= 500) return 'unavailable';
  return 'refused';
}

function outageRemedy(action: ApiAction): string {
  switch (action) {
    case 'read':
      return 'Nothing was changed; it can be tried again.';
    case 'write':
      return 'The write may still take effect: read the service again before deciding anything.';
    case 'deploy':
      return 'It may still take effect; deploying the same again is safe.';
  }
}
