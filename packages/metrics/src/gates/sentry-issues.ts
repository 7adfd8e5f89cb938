/**
 * New issues of a release (https://docs.sentry.io/api/events/list-an-organizations-issues/): those that were first seen in
 * it and that nobody has resolved or archived since.
 */
import { sentryLevels, type SentryLevel } from '@ascent/core';
import { z } from 'zod';
import { Unreadable } from '../unreadable.js';

/** Sentry's page has at most so many; more issues than that are beyond every limit. */
const PAGE = 100;

const issuesSchema = z.array(z.looseObject({ id: z.string(), level: z.string() }));
const faultSchema = z.looseObject({
  detail: z.union([z.string(), z.looseObject({ message: z.string() })]),
});

/** What to ask. */
export function issuesUrl({
  url,
  organization,
  project,
  level,
  release,
}: {
  readonly url: string;
  readonly organization: string;
  readonly project: string;
  readonly level: SentryLevel;
  readonly release: string;
}): string {
  const levels = sentryLevels.slice(sentryLevels.indexOf(level)).join(', ');
  const quoted = `"${release.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  const query = `is:unresolved project:${project} firstRelease:${quoted} level:[${levels}]`;
  const asked = new URLSearchParams({ query, limit: String(PAGE), statsPeriod: '90d' });
  return `${url.replace(/\/+$/, '')}/api/0/organizations/${organization}/issues/?${asked.toString()}`;
}

/** How many there are. @throws Unreadable for what is no list of issues. */
export function countIssues(json: unknown): number {
  const parsed = issuesSchema.safeParse(json);
  if (parsed.success) return parsed.data.length;
  throw new Unreadable('Sentry answered with something else than a list of issues');
}

/** The message in an error body, or `null` where the body is none of Sentry's. */
export function sentryFault(json: unknown): string | null {
  const parsed = faultSchema.safeParse(json);
  if (!parsed.success) return null;
  const { detail } = parsed.data;
  return typeof detail === 'string' ? detail : detail.message;
}
