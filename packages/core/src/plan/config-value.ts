/** The values that a plan is written with: durations, percentages, addresses. Each says what to write where it is wrong. */
import { z } from 'zod';
import { parseDurationMs } from '../duration.js';

/** A duration such as `15m`, compiled to milliseconds. */
export const duration = z
  .string({ error: 'write a duration with its unit, such as 90s, 15m, 1h30m or 7d' })
  .transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs !== null && durationMs > 0) return durationMs;
    context.addIssue('write a duration with its unit, such as 90s, 15m, 1h30m or 7d');
    return z.NEVER;
  });

/** A duration that may be 0, such as `0s`, compiled to milliseconds. */
export const delay = z
  .string({ error: 'write a duration with its unit, such as 0s or 3m' })
  .transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs !== null) return durationMs;
    context.addIssue('write a duration with its unit, such as 0s or 3m');
    return z.NEVER;
  });

/** A percentage such as `0.5%`, compiled to a ratio. */
export function percentage(atMostPercent: number): z.ZodType<number, string> {
  const remedy = `write a percentage above 0% and up to ${atMostPercent}%, such as 1% or 0.5%`;
  return z.string({ error: remedy }).transform((text, context) => {
    const match = /^(\d+(?:\.\d+)?)\s?%$/.exec(text.trim());
    const percent = Number(match?.[1] ?? Number.NaN);
    if (percent > 0 && percent <= atMostPercent) return percent / 100;
    context.addIssue(remedy);
    return z.NEVER;
  });
}

/** An address of the web. */
export const url = z
  .string()
  .regex(
    /^https?:\/\/([^\s/?#@]+@)?(\[[0-9a-fA-F:.]+\]|[^\s/?#@:[\]]+)(:\d+)?([/?#]\S*)?$/,
    'write an address such as https://host:port/path, with http:// or https://',
  )
  .refine(
    (text) =>
      Number(/^https?:\/\/(?:[^/?#@]*@)?(?:\[[^\]]*\]|[^/?#:]*):(\d+)/.exec(text)?.[1] ?? 1) <=
      65_535,
    'write a port of at most 65535',
  );
