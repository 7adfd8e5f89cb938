/**
 * The controller's own metrics for Prometheus: is it looking, what does it see, what could it not tell anybody.
 * A controller that has stopped looking is the one thing that no alert of its own can report:
 * `time() - ascent_last_look_timestamp_seconds` can.
 */
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { alertsOf, isOpen, type Rollout, type RolloutRecord, outboxOf } from '@ascent/core';
import type { Turn } from './loop.js';

/** Collects from every turn. */
export class ControllerMetrics {
  readonly #registry = new Registry();
  readonly #now: () => number;
  readonly #looks: Counter<'outcome'>;
  readonly #decisions: Counter<'type'>;
  readonly #lastLook: Gauge;
  readonly #open: Gauge;
  readonly #share: Gauge<'revision'>;
  readonly #stage: Gauge<'stage'>;
  readonly #budget: Gauge;
  readonly #blind: Gauge;
  readonly #outbox: Gauge<'type'>;
  readonly #firing: Gauge<'rule' | 'revision'>;
  #told: { readonly id: string; readonly seq: number } | null = null;

  /** `now` is Unix milliseconds. */
  constructor(service: string, now: () => number) {
    this.#now = now;
    const registers = [this.#registry];
    this.#registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.#registry });
    const gauge = <T extends string = never>(
      name: string,
      help: string,
      labelNames: readonly T[] = [],
    ): Gauge<T> => new Gauge({ name, help, labelNames, registers });
    this.#looks = new Counter({
      name: 'ascent_looks_total',
      help: 'Looks at the service, by outcome: stepped or failed.',
      labelNames: ['outcome'],
      registers,
    });
    this.#decisions = new Counter({
      name: 'ascent_decisions_total',
      help: 'Decisions seen since this controller started, by type.',
      labelNames: ['type'],
      registers,
    });
    this.#lastLook = gauge(
      'ascent_last_look_timestamp_seconds',
      'When it last looked with success.',
    );
    this.#open = gauge('ascent_rollout_open', '1 while a rollout is open.');
    this.#share = gauge('ascent_share_percent', 'Share that the plan gives a revision.', [
      'revision',
    ]);
    this.#stage = gauge('ascent_stage', '1 for the stage that is held at.', ['stage']);
    this.#budget = gauge(
      'ascent_false_rollback_budget_used_ratio',
      'Part of the false-rollback budget in use, 0 to 1; it goes back at 1.',
    );
    this.#blind = gauge('ascent_metrics_unavailable', '1 while the metrics cannot be read.');
    this.#outbox = gauge('ascent_outbox_entries', 'Effects not delivered yet, by type.', ['type']);
    this.#firing = gauge('ascent_alert_firing', '1 for an alert that fires.', ['rule', 'revision']);
  }

  /** Content type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Takes note of one turn. */
  observe(turn: Turn): void {
    this.#looks.inc({ outcome: turn.type });
    if (turn.type === 'failed') return;
    this.#lastLook.set(this.#now() / 1_000);
    for (const each of [this.#share, this.#stage, this.#outbox, this.#firing]) each.reset();
    const { record } = turn.report;
    const rollout = record?.rollout ?? null;
    this.#open.set(rollout !== null && isOpen(rollout) ? 1 : 0);
    if (record === null) return;
    this.#observeRecord(record);
    if (rollout === null) return;
    this.#observeRollout(rollout);
    const stage = record.plan.stages[rollout.stageIndex];
    if (stage !== undefined && isOpen(rollout)) this.#stage.set({ stage: stage.name }, 1);
  }

  /** Everything in Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  /** Everything, to be put together with others'. */
  async values(): Promise<object> {
    return await this.#registry.getMetricsAsJSON();
  }

  #observeRecord(record: RolloutRecord): void {
    const { rollout } = record;
    for (const { type } of outboxOf(record)) this.#outbox.inc({ type });
    // An ended rollout keeps its alerts as they were; what fires since is the watch's.
    const { firing } = rollout !== null && isOpen(rollout) ? rollout.alerts : alertsOf(record);
    for (const { rule, revision } of firing) this.#firing.set({ rule, revision }, 1);
  }

  #observeRollout(rollout: Rollout): void {
    const { candidate, stable, sharePercent } = rollout;
    this.#share.set({ revision: candidate }, sharePercent);
    this.#share.set({ revision: stable }, 100 - sharePercent);
    this.#budget.set(rollout.judgement?.budgetUsed ?? 0);
    this.#blind.set(rollout.blindSinceMs === null ? 0 : 1);
    this.#countDecisions(rollout);
  }

  /** Decisions made before this controller started are history and not counted. */
  #countDecisions({ id, seq, decisions }: Rollout): void {
    const told = this.#told;
    this.#told = { id, seq };
    if (told === null) return;
    const after = told.id === id ? told.seq : 0;
    for (const decision of decisions) {
      if (decision.seq > after) this.#decisions.inc({ type: decision.type });
    }
  }
}

/** The metrics of several services as one page; each value says whose it is. */
export async function metricsOfAll(
  all: readonly ControllerMetrics[],
): Promise<{ readonly contentType: string; readonly text: string }> {
  const values = await Promise.all(all.map((one) => one.values()));
  const registry = AggregatorRegistry.aggregate(values);
  return { contentType: registry.contentType, text: await registry.metrics() };
}
