/** The four answers that a plan is made of: what each may be, and what it is where nobody says. */
import { basename } from 'node:path';
import { parseDurationMs } from '@ascent/core';

/** Where the service runs. */
export type Place =
  | { readonly type: 'cloudRun'; readonly project: string; readonly region: string }
  | { readonly type: 'kubernetes'; readonly namespace: string | null }
  | { readonly type: 'local'; readonly url: string };

/** What was answered. */
export type Answers = {
  readonly service: string;
  readonly place: Place;
  readonly requestsPerMinute: number;
  readonly longestMs: number;
  /** A person must say yes above the first share. */
  readonly approval: boolean;
};

/** Names of the answers as the command line has them. */
export type AnswerName = 'service' | 'where' | 'rate' | 'time';

/** One question: its words, what it means, and what is wrong with an answer (`null` for nothing). */
export type Question = {
  readonly name: AnswerName;
  readonly ask: string;
  readonly fault: (answer: string) => string | null;
};

/** The four. */
export const questions: readonly Question[] = [
  {
    name: 'service',
    ask: 'Which service is rolled out?',
    fault: (text) =>
      /^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/.test(text)
        ? null
        : 'write its name: under 50 lower-case letters, digits and hyphens, starting with a letter',
  },
  {
    name: 'where',
    ask: 'Where does it run? PROJECT/REGION of Cloud Run, kubernetes/NAMESPACE, or the address of cloud-run-local',
    fault: (text) =>
      placeOf(text) === null
        ? 'write PROJECT/REGION such as my-project/us-central1, kubernetes/default, or http://127.0.0.1:8080'
        : null,
  },
  {
    name: 'rate',
    ask: 'How many requests a minute does it get?',
    fault: (text) => (Number(text) > 0 && Number(text) <= 1e7 ? null : 'write a number above 0'),
  },
  {
    name: 'time',
    ask: 'How long may a release take, and must a person approve it? (4d approve, or 6h)',
    fault: (text) =>
      timeOf(text) === null ? 'write a duration from 10m to 60d, such as 6h, or 4d approve' : null,
  },
];

const SHORTEST_MS = 600_000;
const LONGEST_MS = 60 * 86_400_000;

/** What is taken where nobody answers. */
export function usualAnswers(
  env: NodeJS.ProcessEnv,
  dir: string,
): Readonly<Record<AnswerName, string>> {
  const name = basename(dir)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 49)
    .replace(/-+$/, '');
  const project = env['GOOGLE_CLOUD_PROJECT'] ?? '';
  return {
    service: name === '' ? 'web' : name,
    where: project === '' ? 'http://127.0.0.1:8080' : `${project}/us-central1`,
    rate: '60',
    time: '4d approve',
  };
}

/** The answers, each of which has been found right by its question. */
export function answersFrom(texts: Readonly<Record<AnswerName, string>>): Answers {
  const place = placeOf(texts.where);
  const time = timeOf(texts.time);
  if (place === null || time === null) throw new Error('an answer was not checked');
  return { service: texts.service, place, requestsPerMinute: Number(texts.rate), ...time };
}

const PROJECT_AND_REGION = /^([a-z][a-z0-9-]{1,61}[a-z0-9])\/([a-z]+-[a-z]+\d+)$/;
const KUBERNETES = /^kubernetes(?:\/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?))?$/;

function placeOf(text: string): Place | null {
  if (/^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text)) return { type: 'local', url: text };
  const cluster = KUBERNETES.exec(text);
  if (cluster !== null) return { type: 'kubernetes', namespace: cluster[1] ?? null };
  const [, project, region] = PROJECT_AND_REGION.exec(text) ?? [];
  return project === undefined || region === undefined
    ? null
    : { type: 'cloudRun', project, region };
}

function timeOf(text: string): Pick<Answers, 'longestMs' | 'approval'> | null {
  const [, time = '', approve] = /^(.+?)(\s+approve)?$/.exec(text.trim()) ?? [];
  const longestMs = parseDurationMs(time);
  if (longestMs === null || longestMs < SHORTEST_MS || longestMs > LONGEST_MS) return null;
  return { longestMs, approval: approve !== undefined };
}
