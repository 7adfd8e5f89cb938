/** `npm run bootstrap`: shows what the project lacks, or makes it. */
import { Command } from 'commander';
import { githubCommands } from './github.js';
import { createGoogleApi, GoogleApiError, type GoogleApi } from './google-api.js';
import { run } from './run.js';
import { readSettings, SettingsError, type Settings } from './settings.js';
import type { Step } from './step.js';
import { alerts, type WatchedService } from './steps/alerts.js';
import { foundation, journal } from './steps/foundation.js';
import { front } from './steps/front.js';
import { identities } from './steps/identities.js';
import { names } from './steps/names.js';
import { secrets } from './steps/secrets.js';
import { watch } from './steps/watch.js';
import { readWatchedServices } from './watched-services.js';

type Options = { readonly config: string; readonly apply?: boolean; readonly endpoint?: string };

/** Everything, in an order in which what is needed comes first: accounts before the access that names them. */
function allSteps(
  api: GoogleApi,
  settings: Settings,
  watched: readonly WatchedService[],
): readonly Step[] {
  const [project, apis, ...registry] = foundation(api, settings);
  return [
    ...(project && apis ? [project, apis] : []),
    ...identities(api, settings),
    ...registry,
    ...journal(api, settings),
    ...secrets(api, settings),
    ...front(api, settings),
    ...names(api, settings),
    ...watch(api, settings),
    ...alerts(api, settings, watched),
  ];
}

async function googleToken(): Promise<() => Promise<string>> {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  return async () => {
    const token = await auth.getAccessToken().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      const remedy = 'Run: gcloud auth application-default login';
      throw new GoogleApiError(`No access token for Google Cloud: ${why}. ${remedy}`, 401, '');
    });
    return token ?? '';
  };
}

async function bootstrap({ config, apply = false, endpoint }: Options): Promise<void> {
  const settings = await readSettings(config);
  const watched = await readWatchedServices(settings, config);
  // A local endpoint is for tests: no token of Google's goes there.
  const token = endpoint === undefined ? await googleToken() : () => Promise.resolve('local');
  const pause = endpoint === undefined ? {} : { pauseMs: 5 };
  const api = createGoogleApi({
    token,
    endpoint: endpoint ?? null,
    quotaProject: settings.project,
    ...pause,
  });
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(
    `${settings.project}: ${apply ? 'making what is missing' : 'what is missing; nothing is changed without --apply'}`,
  );
  const { present, changes, todos } = await run(allSteps(api, settings, watched), { apply, say });
  say(`\n${present} as they should be, ${changes} ${apply ? 'made' : 'to make'}.`);
  if (todos.length > 0)
    say(`\nWhat only you can do:\n${todos.map((todo) => `- ${todo}`).join('\n')}`);
  const commands = await githubCommands(api, settings);
  const page = `https://github.com/${settings.github.repository}/settings/environments`;
  say(
    `\nFor GitHub, once (then add reviewers to production: ${page}):\n  ${commands.join('\n  ')}`,
  );
}

const program = new Command('bootstrap')
  .description('What a new Google Cloud project needs before the first deployment.')
  .option('--config <file>', 'the project', 'deploy/bootstrap.yaml')
  .option('--apply', 'make what is missing; without it nothing is changed')
  .option('--endpoint <url>', 'Google’s APIs elsewhere, for tests: every host below this address')
  .action(bootstrap);

try {
  await program.parseAsync();
} catch (error) {
  const isKnown = error instanceof SettingsError || error instanceof GoogleApiError;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = isKnown ? error.message : stack;
  process.stderr.write(`${text}\n`);
  process.exitCode = error instanceof SettingsError ? 2 : error instanceof GoogleApiError ? 5 : 1;
}
