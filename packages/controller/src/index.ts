export { act, silence, type Seen, type Wish } from './act.js';
export { runLoop, type LoopOptions, type Turn } from './loop.js';
export { FollowUp } from './follow-up.js';
export {
  look,
  dispersionMeasured,
  recentTraffic,
  restart,
  takeStep,
  tick,
  type TickOptions,
  type TickReport,
} from './tick.js';
export { tickAll, type ManagedService, type ServiceTurn, type TickAllOptions } from './tick-all.js';
export type { World } from './world.js';
export type { RunningServer, ServerOptions } from './server.js';
export type { ServiceOptions, WatchOptions } from './watched-service.js';
export type { ListedService } from './service-list.js';
export { startServer } from './start-server.js';
export type { Snapshot } from './snapshot.js';
export { createSmokeRunner, type SmokeOptions, type SmokeRunner } from './smoke.js';
export { createJournal, type Journal, type JournalOptions } from './journal.js';
export { createLocalhostFetch, type LocalhostFetch } from './localhost-fetch.js';
export {
  createErrorLog,
  type ErrorLine,
  type ErrorLines,
  type ErrorLog,
  type ErrorLogOptions,
} from './error-log.js';
export {
  createGoogleIdentity,
  type GoogleIdentity,
  type GoogleIdentityOptions,
} from './google-identity.js';
export { createAccess, type Access, type AccessOptions } from './access.js';
export type { Refusal } from './refusal.js';
export { isLoopback } from './own-page.js';
export type { About, WishType } from './page-routes.js';
export {
  readTraffic,
  type ArmSeries,
  type SeriesQuestion,
  type TrafficSeries,
} from './traffic-series.js';
export {
  readHistory,
  readHistoryEntry,
  type DoraFigures,
  type HistoryEntry,
  type HistoryLine,
  type HistoryPage,
  type LaterReason,
} from './history.js';
export { createBucketJournal, isBucketUrl, type BucketOptions } from './journal-bucket.js';
export {
  createNotifier,
  type Notifier,
  type NotifierOptions,
  type NotifyEffect,
} from './notify/notifier.js';
export { createTickGuard, type TickGuard, type TickGuardOptions } from './tick-guard.js';
