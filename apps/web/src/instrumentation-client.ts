import { reportError } from './lib/report';

addEventListener('error', ({ error }: ErrorEvent) => {
  reportError(error);
});
addEventListener('unhandledrejection', ({ reason }) => {
  reportError(reason);
});
