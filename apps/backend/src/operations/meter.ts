import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TurnReport } from '../chat/turn-report.js';
import type { Database } from '../data/database.js';

/** Counts what the share of 5xx answers cannot show. */
export interface Meter {
  /** Counts an answered message. */
  countTurn(report: TurnReport): void;
  /** Counts a stream that died after its 200 had been sent. */
  countDeadStream(): void;
  /** Counts a request that was turned away, by its code of the error catalogue. */
  countRefusal(code: string): void;
  /** Everything in Prometheus' text format. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Creates the counters; names begin with `dovvybuddy_`. */
export function createMeter(database: Database, readLagMs: () => number): Meter {
  const registry = new Registry();
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name: `dovvybuddy_${name}`, help, labelNames, registers: [registry] });
  const turns = counter('turns_total', 'Messages answered', ['agent', 'mode', 'safety']);
  const empty = counter('empty_answers_total', 'Answers that found nothing', []);
  const injections = counter('injections_total', 'Messages that tried to give other orders', []);
  const deadStreams = counter('dead_streams_total', 'Streams that died after their 200', []);
  const refusals = counter('refusals_total', 'Requests turned away with 429 or 503', ['code']);
  const fallbacks = counter('provider_failures_total', 'Failed calls to a model provider', [
    'provider',
    'fault',
  ]);
  const tokens = counter('tokens_total', 'Tokens used', ['provider', 'model', 'direction']);
  const cost = counter('cost_usd_total', 'Cost of model calls by the price table', [
    'provider',
    'model',
  ]);
  const firstToken = new Histogram({
    name: 'dovvybuddy_first_token_seconds',
    help: 'Time to the first piece of a model answer',
    buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8],
    registers: [registry],
  });
  addGauges(registry, database, readLagMs);
  return {
    countTurn: (report) => {
      const { agentType: agent = 'general', mode = 'extractive', safety } = report;
      turns.inc({ agent, mode, safety });
      if (report.isEmpty) empty.inc();
      if (report.isInjection) injections.inc();
      for (const { provider, fault } of report.fallbacks) fallbacks.inc({ provider, fault });
      if (report.firstTokenMs !== undefined) firstToken.observe(report.firstTokenMs / 1000);
      const { provider, model, inputTokens = 0, outputTokens = 0, costUsd = 0 } = report;
      if (provider === undefined || model === undefined) return;
      tokens.inc({ provider, model, direction: 'input' }, inputTokens);
      tokens.inc({ provider, model, direction: 'output' }, outputTokens);
      cost.inc({ provider, model }, costUsd);
    },
    countDeadStream: () => {
      deadStreams.inc();
    },
    countRefusal: (code) => {
      refusals.inc({ code });
    },
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function addGauges(registry: Registry, database: Database, readLagMs: () => number): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const collected = new Gauge({
      name: `dovvybuddy_${name}`,
      help,
      registers: [registry],
      collect: () => {
        collected.set(read());
      },
    });
  };
  gauge('database_connections_active', 'Connections in use', () => database.usage().active);
  gauge('database_connections_open', 'Connections open', () => database.usage().open);
  gauge(
    'database_requests_waiting',
    'Requests waiting for a connection',
    () => database.usage().waiting,
  );
  gauge(
    'event_loop_lag_seconds',
    'Mean delay of the event loop in the last second',
    () => readLagMs() / 1000,
  );
}
