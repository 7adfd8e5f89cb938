/** A report as Markdown, to be sent or put beside the release notes. */
import { formatDuration, type Stage } from '@ascent/core';
import { statusWords } from '../status-text.js';
import { lastDecision, type Report } from './report.js';

/** The report. */
export function reportText(report: Report): string {
  const { plan, rollout, reasons, untilMs } = report;
  const why = reasons.map(({ by, reason }) => `> ${oneLine(reason)} (${by})`);
  return [
    `# ${plan.service}: ${rollout.candidate} over ${rollout.stable}`,
    '',
    `**${capital(statusWords(rollout.status))}.** ${lastDecision(report)?.sentence ?? ''}`,
    '',
    ...(why.length === 0 ? [] : [...why, '']),
    `${utc(rollout.startedMs)} to ${utc(untilMs)}, ${formatDuration(untilMs - rollout.startedMs)}.`,
    '',
    '## The ascent',
    '',
    ...table(['Stage', 'Share', 'Hold', 'Entered'], stageRows(report)),
    '',
    ...judgementLines(report),
    ...trafficLines(report),
    '## Decisions',
    '',
    ...table(
      ['Time', 'Stage', 'Share', 'By', 'What and why'],
      rollout.decisions.map(({ atMs, stage, fromPercent, toPercent, by, sentence }) => [
        utc(atMs),
        stage,
        fromPercent === toPercent ? `${toPercent} %` : `${fromPercent} → ${toPercent} %`,
        by,
        sentence,
      ]),
    ),
  ].join('\n');
}

/** `2026-11-22 15:04:05Z`. */
export function utc(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** Each stage with its hold and when it was entered. */
export function stageRows({ plan, rollout }: Report): readonly (readonly string[])[] {
  const entered = ({ name }: Stage, index: number): string => {
    if (index === 0) return utc(rollout.startedMs);
    const reached = rollout.decisions.find(
      ({ stage, type }) => stage === name && (type === 'advanced' || type === 'skipped'),
    );
    return reached === undefined ? '–' : utc(reached.atMs);
  };
  return plan.stages.map((stage, index) => [
    stage.name,
    `${stage.sharePercent} %`,
    stage.holdMinMs === stage.holdMaxMs
      ? formatDuration(stage.holdMinMs)
      : `${formatDuration(stage.holdMinMs)} to ${formatDuration(stage.holdMaxMs)}`,
    entered(stage, index),
  ]);
}

/** One row a gate: estimate of both, limit, sample. */
export function gateRows({ rollout }: Report): readonly (readonly string[])[] {
  return (rollout.judgement?.gates ?? []).map((gate) => {
    const say = (value: number | null): string =>
      value === null ? '–' : gate.unit === 'ms' ? latency(value) : percent(value);
    return [
      gate.name === 'errorRate' ? 'failed requests' : 'latency P95',
      gate.verdict,
      say(gate.estimate.candidate),
      say(gate.estimate.stable),
      say(gate.limit.max),
      `${gate.sample.candidate.requests} and ${gate.sample.stable.requests}`,
    ];
  });
}

/** The heads of {@link gateRows}. */
export const GATE_HEADS = ['Gate', 'Verdict', 'Candidate', 'Stable', 'Limit', 'Requests'] as const;

/** Requests, failures and the worst P95 bin of both revisions over the rollout. */
export function trafficRows({ traffic }: Report): readonly (readonly string[])[] {
  if (traffic === null) return [];
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
  return (['candidate', 'stable'] as const).map((name) => {
    const { requests, errors, p95Ms } = traffic[name];
    const count = sum(requests);
    const worst = Math.max(0, ...p95Ms.map((value) => value ?? 0));
    const failed = sum(errors);
    return [
      name,
      String(count),
      count === 0 ? '–' : `${failed} (${percent(failed / count)})`,
      worst === 0 ? '–' : latency(worst),
    ];
  });
}

/** The heads of {@link trafficRows}. */
export const TRAFFIC_HEADS = ['Revision', 'Requests', 'Failed', 'Highest P95'] as const;

/** 0.0123 → `1.23 %`. */
export function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))} %`;
}

/** 1234 → `1.23 s`. */
export function latency(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toPrecision(3))} s`;
}

function judgementLines(report: Report): readonly string[] {
  const { judgement } = report.rollout;
  if (judgement === null) return [];
  const gates = gateRows(report);
  return [
    '## Candidate against stable, at the last decision',
    '',
    judgement.explanation,
    '',
    ...(gates.length === 0 ? [] : [...table(GATE_HEADS, gates), '']),
  ];
}

function trafficLines(report: Report): readonly string[] {
  const rows = trafficRows(report);
  return rows.length === 0 ? [] : ['## Traffic', '', ...table(TRAFFIC_HEADS, rows), ''];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => oneLine(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** `text` as a sentence begins. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
