/**
 * A GitHub deployment that follows the rollout: made once (its `task` is the rollout's id, by which it is found again),
 * then given a status for every decision. A status that is there already is not given twice.
 * API: https://docs.github.com/rest/deployments/deployments and …/statuses, version 2022-11-28.
 */
import { z } from 'zod';
import { call, type Fetch } from './http-call.js';
import type { Message } from './message.js';

/** Which repository, in which words. */
export type GithubTarget = {
  readonly apiUrl: string;
  readonly repository: string;
  readonly environment: string;
  readonly ref: string;
  readonly token: string;
};

const states: Readonly<Partial<Record<Message['decision']['type'], string>>> = {
  promoted: 'success',
  rolledBack: 'failure',
  superseded: 'inactive',
  aborted: 'inactive',
  paused: 'pending',
  awaitingApproval: 'pending',
  awaitingSpotChecks: 'pending',
};

const DESCRIPTION_LENGTH_MAX = 140;

const deployments = z.array(z.looseObject({ id: z.number() }));
const deployment = z.looseObject({ id: z.number() });
const statuses = z.array(z.looseObject({ description: z.string().nullish() }));

type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<unknown>;

/** Gives the rollout's deployment a status. Rejects where GitHub did not take it. */
export async function sendToGithub(
  fetch: Fetch,
  target: GithubTarget,
  { message, signal }: { readonly message: Message; readonly signal: AbortSignal },
): Promise<void> {
  const ask: Ask = async (method, path, body) =>
    parse(
      await call(fetch, {
        name: 'GitHub',
        url: `${target.apiUrl}/repos/${target.repository}${path}`,
        method,
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${target.token}`,
          'content-type': 'application/json',
          'user-agent': 'ascent',
          'x-github-api-version': '2022-11-28',
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal,
      }),
    );
  const id =
    (await findDeployment(ask, target, message)) ?? (await makeDeployment(ask, target, message));
  const description = `#${message.decision.seq} ${message.sentence}`.slice(
    0,
    DESCRIPTION_LENGTH_MAX,
  );
  const present = statuses.parse(await ask('GET', `/deployments/${id}/statuses?per_page=100`));
  if (present.some((status) => status.description === description)) return;
  await ask('POST', `/deployments/${id}/statuses`, {
    state: states[message.decision.type] ?? 'in_progress',
    description,
    environment: target.environment,
    ...(message.pageUrl === null ? {} : { log_url: `${message.pageUrl}/` }),
  });
}

/** `ascent:CANDIDATE@TIME`; GitHub allows 128 characters. */
function taskOf({ key }: Message): string {
  return `ascent:${key.split('/')[0] ?? key}`.slice(0, 128);
}

async function findDeployment(
  ask: Ask,
  { environment }: GithubTarget,
  message: Message,
): Promise<number | null> {
  const query = new URLSearchParams({ environment, task: taskOf(message), per_page: '1' });
  return deployments.parse(await ask('GET', `/deployments?${query.toString()}`))[0]?.id ?? null;
}

async function makeDeployment(
  ask: Ask,
  { environment, ref }: GithubTarget,
  message: Message,
): Promise<number> {
  const made = await ask('POST', '/deployments', {
    ref,
    task: taskOf(message),
    environment,
    description: `Rollout of ${message.candidate}`.slice(0, DESCRIPTION_LENGTH_MAX),
    // The image is built and tested already; the rollout itself is the check.
    auto_merge: false,
    required_contexts: [],
  });
  return deployment.parse(made).id;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('GitHub answered with something that is no JSON');
  }
}
