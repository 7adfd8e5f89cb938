/** Times and durations in the words of the page. Times are the reader's own zone. */
import { formatDuration } from '@ascent/core';

const DAY_MS = 86_400_000;

const timeOfDay = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const timeWithSeconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const dateAndSeconds = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dateAndTime = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const dayName = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
});

/** How exact a clock time must be: seconds matter in a rollout of minutes, not in one of days. */
export type Grain = 'second' | 'minute';

/** The grain that suits a span of `spanMs`. */
export function grainFor(spanMs: number): Grain {
  return spanMs < 1_200_000 ? 'second' : 'minute';
}

/** `16:05`, with the weekday where `atMs` is not on the day of `nowMs`. */
export function clockTime(atMs: number, nowMs: number, grain: Grain = 'minute'): string {
  if (dayName.format(atMs) === dayName.format(nowMs)) {
    return (grain === 'second' ? timeWithSeconds : timeOfDay).format(atMs);
  }
  return Math.abs(atMs - nowMs) < 6 * DAY_MS ? dayAndTime.format(atMs) : dateAndTime.format(atMs);
}

/** `22 Nov 2026, 16:05`. */
export function fullTime(atMs: number, grain: Grain = 'minute'): string {
  return (grain === 'second' ? dateAndSeconds : dateAndTime).format(atMs);
}

/** `just now`, `5m 10s ago`, `2h 5m ago`. */
export function ago(atMs: number, nowMs: number): string {
  const passedMs = nowMs - atMs;
  return passedMs < 1_000 ? 'just now' : `${formatDuration(passedMs)} ago`;
}

/** How long something has lasted: `2h 5m`, or `under 1s`. */
export function spanText(spanMs: number): string {
  return spanMs < 1_000 ? 'under 1s' : formatDuration(spanMs);
}

/** `now` or `in 2h 5m`. */
export function inTime(atMs: number, nowMs: number): string {
  const leftMs = atMs - nowMs;
  return leftMs < 1_000 ? 'now' : `in ${formatDuration(leftMs)}`;
}
