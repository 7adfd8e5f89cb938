/** Requests, errors and latency of both revisions since the rollout began. */
import { useEffect, useState, type ReactElement } from 'react';
import type { ArmSeries, TrafficSeries } from '@ascent/controller';
import type { Rollout, RolloutPlan } from '@ascent/core';
import { readTraffic } from '../api.js';
import { countText, latencyText, percentText } from '../model/amount.js';
import { Chart, type ChartData, type ChartTime } from './chart.js';

/** At most one request in this time, however often the controller looks. */
const PACE_MS = 3_000;

type Percentile = 'p50Ms' | 'p95Ms' | 'p99Ms';
const percentiles: readonly { readonly key: Percentile; readonly name: string }[] = [
  { key: 'p50Ms', name: 'P50' },
  { key: 'p95Ms', name: 'P95' },
  { key: 'p99Ms', name: 'P99' },
];

/** The charts; `atMs` is the time of the snapshot they follow. */
export function TrafficCharts(props: {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  readonly atMs: number;
}): ReactElement {
  const { plan, rollout, atMs } = props;
  const series = useTraffic(rollout.id, atMs);
  const [pointed, point] = useState<number | null>(null);
  const [percentile, setPercentile] = useState<Percentile>('p95Ms');
  if (series === null) return <p className="quiet">Reading the metrics …</p>;
  const steps = rollout.decisions.filter(({ fromPercent, toPercent }) => fromPercent !== toPercent);
  const time: ChartTime = {
    fromMs: series.fromMs,
    binMs: series.binMs,
    nowMs: atMs,
    steps: steps.map((decision) => decision.atMs),
    pointed,
    point,
  };
  return (
    <div className="charts">
      {series.unavailable !== null && (
        <p className="fault">The metrics cannot be read: {series.unavailable}</p>
      )}
      <p className="legend" aria-hidden="true">
        <i className="key-candidate" /> candidate <i className="key-stable" /> stable{' '}
        <i className="key-limit" /> limit of the plan
      </p>
      <Chart data={rateData(series)} time={time} />
      <Chart data={errorData(series, plan)} time={time} />
      <Chart data={latencyData(series, { plan, percentile })} time={time} />
      <fieldset className="choice">
        <legend className="unseen">Percentile of the latency</legend>
        {percentiles.map(({ key, name }) => (
          <label key={key}>
            <input
              type="radio"
              name="percentile"
              checked={percentile === key}
              onChange={() => {
                setPercentile(key);
              }}
            />
            {name}
          </label>
        ))}
      </fieldset>
    </div>
  );
}

function useTraffic(rollout: string, atMs: number): TrafficSeries | null {
  const [series, setSeries] = useState<TrafficSeries | null>(null);
  const turn = Math.floor(atMs / PACE_MS);
  useEffect(() => {
    let current = true;
    void readTraffic().then((answer) => {
      if (current && answer.ok && answer.value.rollout === rollout) setSeries(answer.value);
    });
    return () => {
      current = false;
    };
  }, [rollout, turn]);
  return series?.rollout === rollout ? series : null;
}

/** Bins that are complete. A part of an interval would look like a fall to 0, so none of its figures is drawn. */
function completeBins({ fromMs, binMs, knownUntilMs }: TrafficSeries): number {
  return Math.floor((knownUntilMs - fromMs) / binMs);
}

/** Zero requests are a fact; a bin that is not complete yet is none. */
function rateData(series: TrafficSeries): ChartData {
  const { stable, candidate, binMs } = series;
  const known = completeBins(series);
  const perMinute = (arm: ArmSeries): readonly (number | null)[] =>
    arm.requests.map((count, bin) => (bin < known ? (count * 60_000) / binMs : null));
  return {
    title: 'Requests a minute',
    stable: perMinute(stable),
    candidate: perMinute(candidate),
    limit: null,
    say: (value) => (value < 10 ? String(Number(value.toFixed(1))) : countText(value)),
  };
}

function errorData(series: TrafficSeries, plan: RolloutPlan): ChartData {
  const { stable, candidate } = series;
  const known = completeBins(series);
  const ratio = ({ requests, errors }: ArmSeries): readonly (number | null)[] =>
    requests.map((count, bin) => (count === 0 || bin >= known ? null : (errors[bin] ?? 0) / count));
  return {
    title: 'Failed requests (5xx)',
    stable: ratio(stable),
    candidate: ratio(candidate),
    limit: plan.gates.errorRate?.maxRatio ?? null,
    say: percentText,
  };
}

function latencyData(
  series: TrafficSeries,
  { plan, percentile }: { readonly plan: RolloutPlan; readonly percentile: Percentile },
): ChartData {
  const name = percentiles.find(({ key }) => key === percentile)?.name ?? '';
  const known = completeBins(series);
  const measured = (arm: ArmSeries): readonly (number | null)[] =>
    arm[percentile].map((value, bin) => (bin < known ? value : null));
  return {
    title: `Latency, ${name}`,
    stable: measured(series.stable),
    candidate: measured(series.candidate),
    limit: percentile === 'p95Ms' ? (plan.gates.latencyP95?.maxMs ?? null) : null,
    say: (value) => (value === 0 ? '0' : latencyText(value)),
  };
}
