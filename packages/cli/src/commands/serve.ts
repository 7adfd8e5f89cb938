/** `ascent serve`: the controller with its page and API, until it is told to stop. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  createErrorLog,
  createGoogleIdentity,
  createTickGuard,
  isBucketUrl,
  isLoopback,
  startServer,
  type ErrorLog,
  type GoogleIdentity,
  type ServiceOptions,
  type TickGuard,
} from '@ascent/controller';
import { AscentError, type RolloutPlan } from '@ascent/core';
import { print } from '../output.js';
import type { Session } from '../session.js';

/** Where to listen and how often to look. */
export type ServeOptions = {
  readonly interval: number;
  readonly port: number;
  readonly host: string;
  readonly journal: string;
  /** Nobody can act through the page. */
  readonly readOnly?: boolean;
};

/** Enough that guessing is hopeless; short enough to be typed. */
const TOKEN_BYTES = 18;

/** The token that the page asks for: the one in `ASCENT_TOKEN`, so that several controllers share it, or a new one. */
function pageToken({ readOnly }: ServeOptions): string | null {
  if (readOnly === true) return null;
  const given = process.env['ASCENT_TOKEN']?.trim() ?? '';
  return given === '' ? randomBytes(TOKEN_BYTES).toString('base64url') : given;
}

function variable(name: string): string | null {
  const value = process.env[name]?.trim() ?? '';
  return value === '' ? null : value;
}

/** Behind Identity-Aware Proxy Google says who a person is. @throws AscentError where only half of it is set. */
function googleIdentity({ readOnly }: ServeOptions): GoogleIdentity | null {
  const audience = variable('ASCENT_IAP_AUDIENCE');
  const people = (variable('ASCENT_PEOPLE') ?? '').split(/[\s,]+/).filter((email) => email !== '');
  if (readOnly === true || (audience === null && people.length === 0)) return null;
  if (audience !== null && people.length > 0) return createGoogleIdentity({ audience, people });
  const message =
    'Set both ASCENT_IAP_AUDIENCE and ASCENT_PEOPLE (the e-mail addresses that may act), or neither.';
  throw new AscentError('ASC_USAGE', message);
}

/** Cloud Run's own log, or the emulator's; elsewhere there is none that we know of. */
function errorLog({ platform }: RolloutPlan): ErrorLog | null {
  switch (platform.type) {
    case 'cloudRun':
      return createErrorLog({ project: platform.project });
    case 'local': {
      const { project, url: endpoint } = platform;
      return createErrorLog({ project, endpoint, token: () => Promise.resolve(null) });
    }
    case 'kubernetes':
      return null;
  }
}

/** Who may ask for a step: the secret's holder, or the scheduler's account. A controller in the open asks for one of them. */
function tickGuard(host: string): TickGuard {
  const secret = variable('ASCENT_TICK_SECRET');
  const audience = variable('ASCENT_TICK_AUDIENCE');
  const account = variable('ASCENT_TICK_ACCOUNT');
  const google = audience === null || account === null ? null : { audience, account };
  if (secret !== null || google !== null || isLoopback(host))
    return createTickGuard({ secret, google });
  const message =
    'Nobody may ask for a step yet: set ASCENT_TICK_SECRET, or ASCENT_TICK_AUDIENCE and ASCENT_TICK_ACCOUNT, where the controller runs.';
  return () => Promise.resolve(message);
}

/** The built page, looked for upwards: this file runs both from its source and from its bundle. */
function pageDir(): string | null {
  for (let dir = import.meta.dirname; ; dir = dirname(dir)) {
    const page = join(dir, 'apps/dashboard/dist/page');
    if (existsSync(join(page, 'index.html'))) return page;
    if (dir === dirname(dir)) return null;
  }
}

/** The sessions of the plans, one for each service. */
type Sessions = readonly [Session, ...Session[]];

/** The address of a service's page is made of its name, so no two may have the same. @throws AscentError */
function refuseTwins(sessions: Sessions): void {
  const names = sessions.map(({ plan }) => plan.service);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin === undefined) return;
  const message = `Two plans are for a service named ${twin}, and one page has room for one of that name. Start another ascent serve for the other one.`;
  throw new AscentError('ASC_USAGE', message);
}

function serviceOptions({ world, plan }: Session, { journal }: ServeOptions): ServiceOptions {
  // The history page reads a directory; what is in a bucket is read there.
  const journalDir = isBucketUrl(journal) ? null : journal;
  return { world, plan, journalDir, errorLog: errorLog(plan) };
}

/** Resolves when SIGINT or SIGTERM arrives and everything is closed. @throws AscentError where it cannot begin. */
export async function serve(sessions: Sessions, options: ServeOptions): Promise<void> {
  refuseTwins(sessions);
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => {
      resolve();
    });
    process.once('SIGTERM', () => {
      resolve();
    });
  });
  const google = googleIdentity(options);
  const token = google === null ? pageToken(options) : null;
  const [first, ...others] = sessions;
  const server = await startServer({
    services: [
      serviceOptions(first, options),
      ...others.map((session) => serviceOptions(session, options)),
    ],
    by: 'ascent',
    intervalMs: options.interval,
    host: options.host,
    port: options.port,
    pageDir: pageDir(),
    token,
    google,
    tickGuard: tickGuard(options.host),
    // Results go to stdout, the log to stderr; Cloud Logging reads both.
    logTo: process.stderr,
  });
  const access =
    google !== null
      ? 'Whom Identity-Aware Proxy names and ASCENT_PEOPLE lists may act.'
      : token === null
        ? 'It is read-only.'
        : `To act, sign in with this token: ${token}`;
  const names = sessions.map(({ plan }) => plan.service);
  const services = names.map((service) => ({
    service,
    url: `${server.url}/services/${service}/`,
  }));
  print(
    `The controller watches ${names.join(', ')}. Page: ${server.url}\n${access}`,
    { ready: true, url: server.url, token, ...(others.length > 0 && { services }) },
    first,
  );
  await stopped;
  await server.close();
}
