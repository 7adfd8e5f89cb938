/** The rollout drawn as a dive: the surface is 100 %, the stops are the stages, the diver is the candidate. */
import type { ReactElement } from 'react';
import { formatDuration, type Rollout, type RolloutPlan } from '@ascent/core';
import { clockTime, grainFor } from '../model/clock-text.js';
import { profileOf, type Place, type Profile, type Stop } from '../model/profile.js';
import { timeScale } from '../model/profile-scale.js';
import { decisionWords, SignGlyph, signOf } from './mark.js';
import { useWidth } from './width.js';

/** The picture's own space, in CSS pixels. */
type Frame = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: (atMs: number) => number;
  readonly y: (sharePercent: number) => number;
};

const NARROW = 560;

/** The profile of an open or ended rollout. */
export function AscentProfile(props: {
  readonly plan: RolloutPlan;
  readonly rollout: Rollout;
  readonly nowMs: number;
}): ReactElement {
  const { plan, rollout, nowMs } = props;
  const [ref, width] = useWidth<HTMLDivElement>(900);
  const height = width < NARROW ? 250 : 320;
  const profile = profileOf(plan, rollout, nowMs);
  const frame = frameOf(profile, width, height);
  return (
    <div className="profile" ref={ref}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`Ascent profile: ${rollout.sharePercent} % now, ${profile.stops.length} stops. The list below says the same in words.`}
      >
        <Water frame={frame} width={width} />
        <Depths stops={plan.stages.map(({ sharePercent }) => sharePercent)} frame={frame} />
        <StopLabels profile={profile} frame={frame} />
        {profile.window !== null && <HoldWindow profile={profile} frame={frame} />}
        <path className="dive-area" d={areaOf(profile.past, frame)} />
        {profile.future.length > 0 && (
          <path className="dive-ahead" d={stepsOf(profile.future, frame)} />
        )}
        <path className="dive-past" d={stepsOf(profile.past, frame)} />
        <Marks profile={profile} frame={frame} />
        <Diver profile={profile} frame={frame} open={profile.future.length > 0} />
      </svg>
    </div>
  );
}

function frameOf(profile: Profile, width: number, height: number): Frame {
  const narrow = width < NARROW;
  const left = narrow ? 46 : 52;
  const right = width - (narrow ? 10 : 18);
  const top = 34;
  const bottom = height - 46;
  const scale = timeScale(profile, narrow ? 0.17 : 0.11);
  return {
    left,
    right,
    top,
    bottom,
    x: (atMs) => left + (right - left) * scale(atMs),
    y: (share) => bottom - ((bottom - top) * share) / 100,
  };
}

/** A path of level stretches and straight rises. */
function stepsOf(places: readonly Place[], { x, y }: Frame): string {
  let path = '';
  for (const [index, { atMs, sharePercent }] of places.entries()) {
    if (index === 0) path = `M${x(atMs).toFixed(1)} ${y(sharePercent).toFixed(1)}`;
    else path += `H${x(atMs).toFixed(1)}V${y(sharePercent).toFixed(1)}`;
  }
  return path;
}

function areaOf(places: readonly Place[], frame: Frame): string {
  const first = places[0];
  if (first === undefined) return '';
  return `${stepsOf(places, frame)}V${frame.bottom + 8}H${frame.x(first.atMs).toFixed(1)}Z`;
}

function Water({ frame, width }: { readonly frame: Frame; readonly width: number }): ReactElement {
  const { top, bottom, left } = frame;
  const crests = Math.max(1, Math.round((width - left) / 46));
  const crest = (width - left) / crests;
  const wave = Array.from(
    { length: crests },
    () => `q${crest / 4} -5 ${crest / 2} 0 t${crest / 2} 0`,
  );
  return (
    <>
      <defs>
        <linearGradient id="water" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" className="water-light" />
          <stop offset="1" className="water-deep" />
        </linearGradient>
        <pattern
          id="hold"
          width="7"
          height="7"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line y2="7" className="hold-line" />
        </pattern>
      </defs>
      <rect x={left} y={top} width={width - left} height={bottom - top + 8} fill="url(#water)" />
      <path className="surface" d={`M${left} ${top}${wave.join('')}`} />
    </>
  );
}

function Depths({
  stops,
  frame,
}: {
  readonly stops: readonly number[];
  readonly frame: Frame;
}): ReactElement {
  const shares = [...new Set([0, 100, ...stops])].sort((a, b) => a - b);
  // Two labels closer than a line of text would cover each other: the lower one stays.
  const kept: number[] = [];
  for (const share of shares) {
    const last = kept.at(-1);
    if (last === undefined || frame.y(last) - frame.y(share) >= 13) kept.push(share);
  }
  return (
    <g className="depths">
      {shares.map((share) => (
        <line
          key={share}
          x1={frame.left}
          x2={frame.right + 18}
          y1={frame.y(share)}
          y2={frame.y(share)}
        />
      ))}
      {kept.map((share) => (
        <text key={share} x={frame.left - 8} y={frame.y(share) + 4} textAnchor="end">
          {share} %
        </text>
      ))}
    </g>
  );
}

function StopLabels({
  profile,
  frame,
}: {
  readonly profile: Profile;
  readonly frame: Frame;
}): ReactElement {
  const { stops, nowMs } = profile;
  const spanMs = profile.endMs - (stops[0]?.fromMs ?? profile.endMs);
  return (
    <g className="stop-labels">
      {stops.map((stop) => {
        const from = frame.x(stop.fromMs);
        const middle = (from + frame.x(stop.untilMs)) / 2;
        const room = frame.x(stop.untilMs) - from;
        return (
          <g key={stop.stage.name} className={`stop-label stop-${stop.state}`}>
            <line x1={from} x2={from} y1={frame.top + 6} y2={frame.bottom + 14} />
            <text x={middle} y={frame.bottom + 24} textAnchor="middle" className="stop-name">
              {fitted(stop.stage.name, room)}
            </text>
            <text x={middle} y={frame.bottom + 39} textAnchor="middle">
              {fitted(
                stopTime(stop, { nowMs, spanMs }),
                room,
                room < 84 ? clockTime(stop.fromMs, nowMs) : '',
              )}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** About 6.6 px a letter at the labels' size, and a gap to the next label. */
function fitted(text: string, room: number, instead = ''): string {
  const fits = (words: string): boolean => words.length * 6.6 + 5 <= room;
  if (fits(text)) return text;
  return fits(instead) ? instead : '';
}

function stopTime(stop: Stop, at: { readonly nowMs: number; readonly spanMs: number }): string {
  const from = clockTime(stop.fromMs, at.nowMs, grainFor(at.spanMs));
  if (stop.state === 'ahead') return `from ${from}`;
  if (stop.state === 'here') return `since ${from}`;
  return `${from} · ${formatDuration(stop.untilMs - stop.fromMs)}`;
}

function HoldWindow({
  profile,
  frame,
}: {
  readonly profile: Profile;
  readonly frame: Frame;
}): ReactElement | null {
  const { window, past } = profile;
  const share = past.at(-1)?.sharePercent ?? 0;
  if (window === null) return null;
  const from = frame.x(window.fromMs);
  const until = Math.min(frame.x(window.untilMs), frame.right);
  if (until - from < 2) return null;
  return (
    <rect
      className="hold-window"
      x={from}
      y={frame.y(share) - 5}
      width={until - from}
      height={10}
      rx={3}
      fill="url(#hold)"
    >
      <title>It may leave this stop in this time, and is undecided after it.</title>
    </rect>
  );
}

function Marks({
  profile,
  frame,
}: {
  readonly profile: Profile;
  readonly frame: Frame;
}): ReactElement {
  return (
    <g>
      {spread(profile, frame).map(({ decision, x, y }) => (
        <g key={decision.seq} transform={`translate(${x} ${y})`}>
          <title>{`${decisionWords[decision.type]}: ${decision.sentence}`}</title>
          <SignGlyph sign={signOf[decision.type]} />
        </g>
      ))}
    </g>
  );
}

type Placed = {
  readonly decision: Profile['marks'][number];
  readonly x: number;
  readonly y: number;
};

/** Marks above the level that they led to; those at nearly the same time stand in a row. */
function spread(profile: Profile, frame: Frame): readonly Placed[] {
  const placed: Placed[] = [];
  for (const decision of profile.marks) {
    const level = Math.max(decision.fromPercent, decision.toPercent);
    const y = Math.max(13, frame.y(level) - 15);
    let x = Math.max(frame.left + 10, frame.x(decision.atMs));
    while (placed.some((other) => Math.abs(other.x - x) < 20 && Math.abs(other.y - y) < 18))
      x += 20;
    placed.push({ decision, x: Math.min(x, frame.right), y });
  }
  return placed;
}

function Diver(props: {
  readonly profile: Profile;
  readonly frame: Frame;
  readonly open: boolean;
}): ReactElement {
  const { profile, frame, open } = props;
  const last = profile.past.at(-1);
  const x = frame.x(last?.atMs ?? profile.nowMs);
  const y = frame.y(last?.sharePercent ?? 0);
  return (
    <g className="diver" transform={`translate(${x} ${y})`}>
      {open && (
        <>
          <line y1={frame.top - y} y2={frame.bottom - y + 8} className="now-line" />
          <text y={frame.top - y - 12} textAnchor="middle" className="now-text">
            now
          </text>
        </>
      )}
      <circle r="7" className="diver-halo" />
      <circle r="5" className="diver-dot" />
    </g>
  );
}
