/**
 * The one number in an answer of `/api/v1/query`
 * (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).
 */
import type { GateOutcome } from '@ascent/core';
import { z } from 'zod';
import { Unreadable } from '../unreadable.js';

const sample = z.tuple([z.number(), z.string()]);

const answerSchema = z.looseObject({
  status: z.literal('success'),
  warnings: z.array(z.string()).default([]),
  data: z.discriminatedUnion('resultType', [
    z.looseObject({ resultType: z.literal('scalar'), result: sample }),
    z.looseObject({
      resultType: z.literal('vector'),
      result: z.array(z.looseObject({ value: sample.optional() })),
    }),
  ]),
});

/** No series and not-a-number (0 / 0) are no data. @throws Unreadable for a part, several series, and what is no number. */
export function instantValue(json: unknown): GateOutcome {
  const parsed = answerSchema.safeParse(json);
  if (!parsed.success) {
    throw new Unreadable(
      'Prometheus answered with something else than one number: a query must give an instant vector or a scalar',
    );
  }
  const { warnings, data } = parsed.data;
  if (warnings[0] !== undefined) {
    throw new Unreadable(`Prometheus answered only in part: ${warnings[0]}`);
  }
  const samples = data.resultType === 'scalar' ? [{ value: data.result }] : data.result;
  if (samples.length > 1) {
    throw new Unreadable(
      `the query gave ${samples.length} series, and one number is wanted: put sum(...) or max(...) around it`,
    );
  }
  const [one] = samples;
  if (one === undefined) return { type: 'nothing', reason: 'the query gave no series' };
  if (one.value === undefined) {
    throw new Unreadable('the query gave a histogram: put histogram_quantile(...) around it');
  }
  const value = Number(one.value[1]);
  if (Number.isFinite(value)) return { type: 'value', value };
  if (one.value[1] === 'NaN')
    return { type: 'nothing', reason: 'the query gave NaN (nothing of nothing)' };
  throw new Unreadable(`the query gave ${one.value[1]}`);
}

/** A ratio: nothing to divide by is no data. */
export function divided(value: GateOutcome, base: GateOutcome): GateOutcome {
  if (base.type !== 'value') return base;
  if (base.value === 0)
    return { type: 'nothing', reason: 'there was nothing to be a part of (per is 0)' };
  // A misspelt name gives no series too, so that is never taken for 0: `or vector(0)` says it where it is meant.
  return value.type === 'value' ? { type: 'value', value: value.value / base.value } : value;
}
