/** Candidate against stable, gate by gate: what is estimated, how surely, and how far the evidence is either way. */
import type { ReactElement } from 'react';
import type { GatePlan, Judgement } from '@ascent/core';
import { gateViews, type ArmView, type GateView } from '../model/gate-view.js';
import { SignIcon } from './mark.js';
import { useWidth } from './width.js';

const verdictWords = {
  healthy: 'healthy',
  unhealthy: 'unhealthy',
  undecided: 'undecided',
} as const;
const verdictTones = { healthy: 'good', unhealthy: 'bad', undecided: 'calm' } as const;

/** All gates. `judgement: null` says that nothing was measured yet. */
export function Gates(props: {
  readonly judgement: Judgement | null;
  readonly gatePlan: GatePlan;
}): ReactElement {
  const { judgement, gatePlan } = props;
  if (judgement === null || judgement.gates.length === 0) {
    return (
      <p className="quiet">
        Nothing has been measured yet: the gates begin when the candidate has users.
      </p>
    );
  }
  return (
    <>
      <div className="gates">
        {gateViews(judgement, gatePlan).map((view) => (
          <Gate key={view.name} view={view} />
        ))}
      </div>
      {judgement.guarantee === 'limits-only' && (
        <p className="quiet gates-note">
          Nothing serves beside the candidate, so only the plan’s own limits can be judged now.
        </p>
      )}
    </>
  );
}

function Gate({ view }: { readonly view: GateView }): ReactElement {
  return (
    <section className="gate" aria-label={view.title}>
      <header>
        <h3>{view.title}</h3>
        <span className={`state tone-${verdictTones[view.verdict]}`}>
          <SignIcon sign={view.verdict} />
          {verdictWords[view.verdict]}
        </span>
      </header>
      <Estimates view={view} />
      <EvidenceRoad view={view} />
    </section>
  );
}

const ROW = 34;
const GUTTER = 86;

function Estimates({ view }: { readonly view: GateView }): ReactElement {
  const [ref, width] = useWidth<HTMLDivElement>(520);
  const end = width - 12;
  const x = (place: number): number => GUTTER + (end - GUTTER) * place;
  const height = 2 * ROW + 44;
  const limitX = x(Math.min(1, view.limit.at));
  return (
    <div className="gauge" ref={ref}>
      <svg width={width} height={height} role="img" aria-label={estimateWords(view)}>
        <line className="axis" x1={GUTTER} x2={end} y1={2 * ROW + 26} y2={2 * ROW + 26} />
        <text x={GUTTER} y={height - 3} textAnchor="middle">
          0
        </text>
        <text x={end} y={height - 3} textAnchor="end">
          {view.axisMaxText}
        </text>
        <rect
          className="beyond"
          x={limitX}
          y={18}
          width={Math.max(0, end - limitX)}
          height={2 * ROW + 8}
        />
        <line className="limit" x1={limitX} x2={limitX} y1={14} y2={2 * ROW + 26} />
        <text
          className="limit-text"
          x={limitX}
          y={11}
          textAnchor={view.limit.at > 0.8 ? 'end' : 'middle'}
        >
          {view.limit.text}
        </text>
        {view.tolerance !== null && (
          <>
            <line
              className="tolerance"
              x1={x(view.tolerance.at)}
              x2={x(view.tolerance.at)}
              y1={18}
              y2={2 * ROW + 26}
            />
            <text x={x(view.tolerance.at)} y={height - 3} textAnchor="middle">
              {hasRoom(x(view.tolerance.at), { text: view.tolerance.text, end, view })
                ? view.tolerance.text
                : ''}
            </text>
          </>
        )}
        <Arm arm={view.stable} name="stable" y={18 + ROW / 2} x={x} />
        <Arm arm={view.candidate} name="candidate" y={18 + ROW + ROW / 2} x={x} />
      </svg>
    </div>
  );
}

/** How wide a letter of the scale is, about. */
const LETTER = 6.2;

/** True where a text in the middle of `x` touches neither the zero nor the end of the scale. */
function hasRoom(
  x: number,
  {
    text,
    end,
    view,
  }: { readonly text: string; readonly end: number; readonly view: Pick<GateView, 'axisMaxText'> },
): boolean {
  const half = (text.length * LETTER) / 2;
  return x - half > GUTTER + 2 * LETTER && x + half < end - view.axisMaxText.length * LETTER - 6;
}

function Arm(props: {
  readonly arm: ArmView;
  readonly name: 'stable' | 'candidate';
  readonly y: number;
  readonly x: (place: number) => number;
}): ReactElement {
  const { arm, name, y, x } = props;
  const to = arm.to ?? 1;
  return (
    <g className={`arm arm-${name}`}>
      <text x={0} y={y - 1} className="arm-name">
        {name}
      </text>
      <text x={0} y={y + 13} className="arm-text">
        {arm.text}
      </text>
      {arm.from !== null && (
        <rect
          className="band"
          x={x(arm.from)}
          y={y - 6}
          width={Math.max(2, x(to) - x(arm.from))}
          height={12}
          rx={3}
        >
          <title>95 % confidence, at every look at once</title>
        </rect>
      )}
      {arm.at !== null &&
        (name === 'candidate' ? (
          <circle cx={x(arm.at)} cy={y} r={6.5} className="point" />
        ) : (
          <rect x={x(arm.at) - 5.5} y={y - 5.5} width={11} height={11} className="point" />
        ))}
    </g>
  );
}

function estimateWords({ title, candidate, stable, limit }: GateView): string {
  return `${title}: candidate ${candidate.text} (${candidate.sample}), stable ${stable.text} (${stable.sample}), ${limit.text}.`;
}

/** One road with two ends: left it goes back, right it may go on. Both kinds of evidence can grow at once. */
function EvidenceRoad({ view }: { readonly view: GateView }): ReactElement {
  const back = Math.round(view.towardsBack * 100);
  const on = view.towardsOn === 1 ? 100 : Math.floor(view.towardsOn * 100);
  return (
    <div className="road">
      <div
        className="road-bar"
        role="img"
        aria-label={`Evidence: ${back} % of the way to going back, ${on} % of the way to the proof that it may go on.`}
      >
        <div className="road-back">
          <i style={{ width: `${back}%` }} />
        </div>
        <div className="road-on">
          <i style={{ width: `${on}%` }} />
        </div>
      </div>
      <div className="road-words">
        <span>
          <b>{back} %</b> of what sends it back
        </span>
        <span>
          {view.candidate.sample}
          {view.stable.at !== null && (
            <>
              {' '}
              <span className="quiet">against</span> {view.stable.sample}
            </>
          )}
        </span>
        <span>
          <b>{on} %</b> of the proof to go on
        </span>
      </div>
    </div>
  );
}
