/** One quantity of both revisions over time, with the plan's limit. Pointing at it reads the values. */
import { useId, type PointerEvent, type ReactElement } from 'react';
import { clockTime, grainFor } from '../model/clock-text.js';
import { linePath, roundAbove, type Box } from '../model/chart-line.js';
import { useWidth } from './width.js';

/** What a chart shows. */
export type ChartData = {
  readonly title: string;
  readonly stable: readonly (number | null)[];
  readonly candidate: readonly (number | null)[];
  readonly limit: number | null;
  readonly say: (value: number) => string;
};

/** The time axis that all charts of a page share, and the bin that is pointed at. */
export type ChartTime = {
  readonly fromMs: number;
  readonly binMs: number;
  readonly nowMs: number;
  /** Where the share changed, Unix milliseconds. */
  readonly steps: readonly number[];
  readonly pointed: number | null;
  readonly point: (bin: number | null) => void;
};

const HEIGHT = 116;

/** Where things are in one chart. */
type Frame = {
  readonly box: Box;
  readonly bins: number;
  readonly max: number;
  readonly x: (bin: number) => number;
  readonly y: (value: number) => number;
};

/** The chart. */
export function Chart({
  data,
  time,
}: {
  readonly data: ChartData;
  readonly time: ChartTime;
}): ReactElement {
  const [ref, width] = useWidth<HTMLDivElement>(560);
  const titleId = useId();
  const frame = frameOf(data, width);
  const { box, bins } = frame;
  const follow = (event: PointerEvent<SVGSVGElement>): void => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const bin = Math.floor(((event.clientX - left - box.left) / (box.right - box.left)) * bins);
    time.point(bin < 0 || bin >= bins ? null : bin);
  };
  return (
    <figure className="chart" ref={ref}>
      <figcaption id={titleId}>
        <b>{data.title}</b>
        <span>{readout(data, time.pointed ?? bins - 1, time)}</span>
      </figcaption>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-labelledby={titleId}
        onPointerMove={follow}
        onPointerLeave={() => {
          time.point(null);
        }}
      >
        <Grid frame={frame} data={data} time={time} />
        <path className="line-stable" d={linePath(data.stable, frame.max, box)} />
        <path className="line-candidate" d={linePath(data.candidate, frame.max, box)} />
        {time.pointed !== null && (
          <Upright className="pointer" x={frame.x(time.pointed + 0.5)} box={box} />
        )}
        <TimeLabels box={box} time={time} bins={bins} />
      </svg>
    </figure>
  );
}

function frameOf(data: ChartData, width: number): Frame {
  const box: Box = { left: 54, right: width - 4, top: 10, bottom: HEIGHT - 20 };
  const bins = data.candidate.length;
  const max = scaleEnd(data);
  return {
    box,
    bins,
    max,
    x: (bin) => box.left + ((box.right - box.left) * bin) / bins,
    y: (value) => box.bottom - (box.bottom - box.top) * Math.min(1, value / max),
  };
}

function Grid(props: {
  readonly frame: Frame;
  readonly data: ChartData;
  readonly time: ChartTime;
}): ReactElement {
  const { frame, data, time } = props;
  const { box, max, x, y } = frame;
  const level = (
    value: number,
  ): { readonly x1: number; readonly x2: number; readonly y1: number; readonly y2: number } => ({
    x1: box.left,
    x2: box.right,
    y1: y(value),
    y2: y(value),
  });
  return (
    <>
      {[0, 0.5, 1].map((part) => (
        <g key={part} className="grid">
          <line {...level(max * part)} />
          <text x={box.left - 7} y={y(max * part) + 4} textAnchor="end">
            {data.say(max * part)}
          </text>
        </g>
      ))}
      {time.steps.map((atMs) => (
        <Upright
          key={atMs}
          className="share-step"
          x={x((atMs - time.fromMs) / time.binMs)}
          box={box}
        />
      ))}
      {data.limit !== null && data.limit <= max && (
        <line className="limit" {...level(data.limit)} />
      )}
    </>
  );
}

function Upright(props: {
  readonly className: string;
  readonly x: number;
  readonly box: Box;
}): ReactElement {
  const { className, x, box } = props;
  return <line className={className} x1={x} x2={x} y1={box.top} y2={box.bottom} />;
}

/** The limit belongs to the scale unless everything is far below it. */
function scaleEnd({ stable, candidate, limit }: ChartData): number {
  const top = [...stable, ...candidate].reduce<number>(
    (most, value) => Math.max(most, value ?? 0),
    0,
  );
  const near = limit !== null && (top === 0 || limit < top * 8);
  return roundAbove(near ? Math.max(top, limit * 1.05) : top);
}

function readout(
  { stable, candidate, say }: ChartData,
  bin: number,
  { fromMs, binMs, nowMs, pointed }: ChartTime,
): string {
  const value = (series: readonly (number | null)[]): string => {
    const found = pointed === null ? series.findLast((one) => one !== null) : series[bin];
    return found === null || found === undefined ? '–' : say(found);
  };
  const when =
    pointed === null ? 'latest' : clockTime(fromMs + bin * binMs, nowMs, grainFor(binMs * 60));
  return `${when}: candidate ${value(candidate)}, stable ${value(stable)}`;
}

function TimeLabels({
  box,
  time,
  bins,
}: {
  readonly box: Box;
  readonly time: ChartTime;
  readonly bins: number;
}): ReactElement {
  const spanMs = bins * time.binMs;
  const grain = grainFor(spanMs);
  return (
    <g>
      <text x={box.left} y={HEIGHT - 4}>
        {clockTime(time.fromMs, time.nowMs, grain)}
      </text>
      <text x={box.right} y={HEIGHT - 4} textAnchor="end">
        {clockTime(time.fromMs + spanMs, time.nowMs, grain)}
      </text>
    </g>
  );
}
