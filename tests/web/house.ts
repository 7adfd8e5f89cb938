/** A diver's browser → Next.js in production mode → a front door → cloud-run-local → the backend → PostgreSQL. */
import { join } from 'node:path';
import {
  deploy,
  root,
  SERVICE,
  startChild,
  waitUntilReady,
  type Child,
  type Stack,
  type Template,
} from '@ascent/demo';
import { backendTemplate, freshStack } from '../e2e/house.js';
import { openFrontDoor, type FrontDoor } from './front-door.js';
import {
  startSentryReceiver,
  type SentryReceiver,
  // eslint-disable-next-line import-x/no-relative-packages -- one receiver for page and backend; tests have no package
} from '../../apps/backend/test/sentry-receiver.js';

/** Everything that runs. */
export type WebHouse = {
  readonly url: string;
  readonly stack: Stack;
  readonly template: Template;
  readonly door: FrontDoor;
  readonly sentry: SentryReceiver;
  /** Puts a new revision on the service, ready and without traffic of its own where a rollout holds it. */
  readonly newRevision: (
    release: string,
    env?: Readonly<Record<string, string>>,
  ) => Promise<string>;
  readonly dispose: () => Promise<void>;
};

/** Starts all of it; the page is installed (once) and built anew. */
export async function startWebHouse(): Promise<WebHouse> {
  const { stack, dispose } = await freshStack();
  const sentry = await startSentryReceiver();
  const template = await backendTemplate(stack, '1.0.0');
  await waitUntilReady(stack.target, await deploy(stack.target, template));
  const door = await openFrontDoor(`${stack.target.apiUrl}/run/${SERVICE}`);
  const page: Child = await startChild({
    name: 'the page',
    script: join(root, 'apps/web/tools/web.js'),
    args: ['--json', '--port', '0'],
    env: {
      BACKEND_URL: door.url,
      WEB_DIST_DIR: '.next-test',
      NEXT_PUBLIC_SENTRY_DSN: sentry.dsn,
      NEXT_PUBLIC_SENTRY_ENVIRONMENT: 'test',
      NEXT_PUBLIC_RELEASE: '1.2.3',
      SENTRY_DRILL: '1',
    },
    logFile: join(stack.workDir, 'log/page.log'),
  });
  return {
    url: page.url,
    stack,
    template,
    door,
    sentry,
    newRevision: async (release, env = {}) => {
      const next = { ...template, env: { ...template.env, RELEASE: release, ...env } };
      const revision = await deploy(stack.target, next);
      await waitUntilReady(stack.target, revision);
      return revision;
    },
    dispose: async () => {
      await page.stop();
      await door.close();
      sentry.stop();
      await dispose();
    },
  };
}
