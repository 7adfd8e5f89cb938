/**
 * The journal in a bucket of Google Cloud Storage, for a controller without a disk. An object cannot be appended to, so
 * each decision is an object of its own, made only where it does not exist (`ifGenerationMatch=0`): a repeat changes nothing.
 * API: https://cloud.google.com/storage/docs/json_api/v1/objects/insert
 */
import type { Journal } from './journal.js';

/** Where the bucket is and how to get in. */
export type BucketOptions = {
  /** `gs://BUCKET/PREFIX`; the prefix may be missing. */
  readonly url: string;
  /** A bearer token, or `null` where the endpoint asks for none. */
  readonly token: () => Promise<string | null>;
  /** @default Google's own */
  readonly endpoint?: string;
  /** @default Node's own */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** How long one write may take. @default 10000 */
  readonly deadlineMs?: number;
};

const GOOGLE_ENDPOINT = 'https://storage.googleapis.com';
const DEADLINE_MS = 10_000;
const ALREADY_THERE = 412;

/** True for an address that names a bucket. */
export function isBucketUrl(text: string): boolean {
  return text.startsWith('gs://');
}

/** Creates the journal. @throws Error for an address without a bucket. */
export function createBucketJournal(options: BucketOptions): Journal {
  const [bucket = '', ...folders] = options.url.slice('gs://'.length).split('/').filter(Boolean);
  if (bucket === '') {
    throw new Error(`${options.url} names no bucket; write gs://BUCKET or gs://BUCKET/FOLDER.`);
  }
  const place = (name: string): Place => ({ bucket, name: [...folders, name].join('/') });
  return {
    append: async ({ key, decision }) => {
      const [rollout = key, ...rest] = key.split('/');
      const name = `decisions/${encodeURIComponent(rollout)}/${rest.join('-')}.json`;
      await put(options, place(name), { text: JSON.stringify({ key, ...decision }), once: true });
    },
    finish: async (record) => {
      if (record.rollout === null) return;
      const name = `rollouts/${encodeURIComponent(record.rollout.id)}.json`;
      await put(options, place(name), { text: JSON.stringify(record, null, 2), once: false });
    },
  };
}

type Place = { readonly bucket: string; readonly name: string };

async function put(
  {
    fetch = globalThis.fetch,
    endpoint = GOOGLE_ENDPOINT,
    token,
    deadlineMs = DEADLINE_MS,
  }: BucketOptions,
  { bucket, name }: Place,
  { text, once }: { readonly text: string; readonly once: boolean },
): Promise<void> {
  const query = new URLSearchParams({ uploadType: 'media', name });
  if (once) query.set('ifGenerationMatch', '0');
  const bearer = await token();
  const url = `${endpoint}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
    },
    body: text,
    signal: AbortSignal.timeout(deadlineMs),
  }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot write gs://${bucket}/${name}: ${why}. It is tried again later.`, {
      cause: error,
    });
  });
  const said = await response.text();
  if (response.ok || (once && response.status === ALREADY_THERE)) return;
  const remedy =
    response.status === 403 || response.status === 401
      ? ' The account needs storage.objects.create (and .delete to replace a document): roles/storage.objectUser.'
      : '';
  throw new Error(
    `Cannot write gs://${bucket}/${name}: HTTP ${response.status} ${said.replaceAll(/\s+/g, ' ').slice(0, 200)}.${remedy} It is tried again later.`,
  );
}
