/** Names of metrics and labels in PromQL. */
import { LABEL_NAME, METRIC_NAME, type PrometheusNames } from '@ascent/core';

/** What is wrong with `names`, each with the name of its field; empty when nothing is. */
export function faultsInNames(names: PrometheusNames): readonly string[] {
  const metrics = (['requestCount', 'latencyBucket'] as const)
    .filter((field) => !METRIC_NAME.test(names[field]))
    .map((field) => `${field}: ${JSON.stringify(names[field])} is no metric name`);
  const labels = (['serviceLabel', 'revisionLabel', 'codeLabel'] as const)
    .filter((field) => !LABEL_NAME.test(names[field]))
    .map((field) => `${field}: ${JSON.stringify(names[field])} is no label name`);
  const matchers = Object.keys(names.matchers)
    .filter((label) => !LABEL_NAME.test(label))
    .map((label) => `matchers: ${JSON.stringify(label)} is no label name`);
  return [...metrics, ...labels, ...matchers];
}

/** A selector of the series of some revisions of one service. */
export function selectorOf(
  metric: string,
  names: PrometheusNames,
  wanted: { readonly service: string; readonly revisions: readonly string[] },
): string {
  const equal = { ...names.matchers, [names.serviceLabel]: wanted.service };
  const matchers = Object.entries(equal).map(([label, value]) => `${label}=${quote(value)}`);
  const revisions = wanted.revisions.map(escapeRegex).join('|');
  return `${metric}{${[...matchers, `${names.revisionLabel}=~${quote(revisions)}`].join(',')}}`;
}

/** A string literal of PromQL. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** RE2, anchored at both ends by Prometheus itself. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
