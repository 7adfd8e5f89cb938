import { reportError } from './lib/sentry';

addEventListener('error', ({ error }: ErrorEvent) => {
  reportError(error);
});
addEventListener('unhandledrejection', ({ reason }) => {
  reportError(reason);
});
