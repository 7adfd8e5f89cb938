/** A line chart as SVG for a page that needs nothing else: no script, no request. Its axis begins at 0. */

/** One line. `at` is its place on the time axis; a `null` value is a gap. */
export type ChartSeries = {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly atMs: number; readonly value: number | null }[];
  /** Stays at a value until the next one, instead of going there straight. */
  readonly steps?: boolean;
};

/** What is drawn, and how it is said. */
export type SvgChart = {
  readonly series: readonly ChartSeries[];
  /** A value of the axis. */
  readonly say: (value: number) => string;
  /** What stands at the end of the time axis. */
  readonly until: string;
  /** The axis ends here at least; without it at the highest value. */
  readonly most?: number;
};

const WIDTH = 720;
const HEIGHT = 200;
const MARGIN = 64;

/** `text` as HTML shows it. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The chart. */
export function svgChart({ series, say, until, most = 0 }: SvgChart): string {
  const points = series.flatMap((one) => one.points);
  const highest = Math.max(1e-9, most, ...points.map(({ value }) => value ?? 0));
  const firstMs = points.reduce((least, { atMs }) => Math.min(least, atMs), Infinity);
  const lastMs = points.reduce((latest, { atMs }) => Math.max(latest, atMs), firstMs + 1);
  const x = (atMs: number): number =>
    MARGIN + ((atMs - firstMs) / (lastMs - firstMs)) * (WIDTH - MARGIN - 8);
  const y = (value: number): number => HEIGHT - 24 - (value / highest) * (HEIGHT - 44);
  const lines = series.map(
    (one) =>
      `<path fill="none" stroke="${one.colour}" stroke-width="2" d="${pathOf(one, { x, y })}"/>`,
  );
  const names = series.map(
    ({ name, colour }, index) =>
      `<text x="${String(MARGIN + 8 + index * 150)}" y="12" fill="${colour}">${escaped(name)}</text>`,
  );
  return [
    `<svg viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" role="img" aria-label="${escaped(series.map(({ name }) => name).join(', '))} over time">`,
    `<path d="M${String(MARGIN)} 18V${String(HEIGHT - 24)}H${String(WIDTH - 8)}" fill="none" stroke="currentColor" opacity=".4"/>`,
    `<text x="${String(MARGIN - 6)}" y="24" text-anchor="end">${escaped(say(highest))}</text>`,
    `<text x="${String(MARGIN - 6)}" y="${String(HEIGHT - 24)}" text-anchor="end">0</text>`,
    `<text x="${String(WIDTH - 8)}" y="${String(HEIGHT - 6)}" text-anchor="end">${escaped(until)}</text>`,
    ...lines,
    ...names,
    '</svg>',
  ].join('');
}

type Scale = { readonly x: (atMs: number) => number; readonly y: (value: number) => number };

function pathOf({ points, steps = false }: ChartSeries, { x, y }: Scale): string {
  let path = '';
  let down = false;
  for (const { atMs, value } of points) {
    if (value !== null) {
      const [left, top] = [x(atMs).toFixed(1), y(value).toFixed(1)];
      path += !down ? `M${left} ${top}` : steps ? `H${left}V${top}` : `L${left} ${top}`;
    }
    down = value !== null;
  }
  return path;
}
