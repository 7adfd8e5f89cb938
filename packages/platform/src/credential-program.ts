/**
 * A program that a kubeconfig names to get a token (`users[].user.exec`), as Google's and Amazon's clusters have it.
 * Contract: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AscentError } from '@ascent/core';
import { z } from 'zod';
import type { TokenSource } from './access-token.js';

/** What to run, and with which environment beside our own. */
export type CredentialProgram = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
};

const TIMEOUT_MS = 20_000;
/** A token that ends this soon is fetched anew. */
const SPARE_MS = 60_000;

const credentialSchema = z.looseObject({
  kind: z.literal('ExecCredential'),
  status: z.looseObject({
    token: z.string().min(1),
    expirationTimestamp: z.iso.datetime({ offset: true }).optional(),
  }),
});

/** A source that keeps a token for as long as the program says that it is good. */
export function createTokenProgram(program: CredentialProgram): TokenSource {
  let kept: { readonly token: string; readonly untilMs: number } | null = null;
  return async () => {
    if (kept === null || Date.now() > kept.untilMs - SPARE_MS) kept = await run(program);
    return kept.token;
  };
}

async function run({
  command,
  args,
  env,
  apiVersion,
}: CredentialProgram): Promise<{ readonly token: string; readonly untilMs: number }> {
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  try {
    const { stdout } = await promisify(execFile)(command, [...args], {
      timeout: TIMEOUT_MS,
      env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    });
    const { status } = credentialSchema.parse(JSON.parse(stdout));
    const { token, expirationTimestamp } = status;
    // Without an end it is good until the server refuses it; asking anew each time is always right.
    return { token, untilMs: expirationTimestamp ? Date.parse(expirationTimestamp) : 0 };
  } catch (error) {
    // Its output may hold a token, so only the program's own complaint is repeated.
    const why = isMissing(error) ? 'it is not installed' : complaintOf(error);
    throw new AscentError(
      'ASC_PLATFORM_DENIED',
      `No token from the program ${command} that the kubeconfig names: ${why}. ` +
        'Run it by hand, or name a context with another way to sign in (platform.kubernetes.context).',
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function complaintOf(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return stderr === '' ? 'it printed no ExecCredential with a token' : stderr.slice(0, 200);
}
