/**
 * The picture for the README: good releases rolled back against users hurt by bad ones, per tool.
 */
import { cellName } from './jobs.js';
import type { Results } from './results.js';
import { held } from './scenario.js';
import { meanFailed, stoppedPart } from './tables.js';

const width = 720;
const height = 400;
const plot = { left: 84, right: 24, top: 64, bottom: 66 } as const;
const stableRate = 0.005;
const requestsPerMinute = 60;

type Mark = { readonly name: string; readonly falseRollbacks: number; readonly failed: number };

/** An SVG on its own, readable on light and dark pages. */
export function drawPicture(results: Results): string {
  const marks = tools.flatMap((name) => markOf(results, name));
  const most = Math.max(20, ...marks.map(({ failed }) => failed));
  const x = (failed: number): number =>
    plot.left +
    ((width - plot.left - plot.right) * Math.log10(Math.max(1, failed))) / Math.log10(most * 1.6);
  const y = (part: number): number =>
    height - plot.bottom - (height - plot.top - plot.bottom) * part;
  const ticksX = [1, 3, 10, 30, 100].filter((value) => value <= most * 1.5);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Good releases rolled back against failed requests of users, per tool" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>`,
    '<text x="24" y="28" font-size="16" font-weight="600" fill="#0f2a3f">Rolls back the bad release, keeps the good one</text>',
    `<text x="24" y="47" fill="#4a6070">${requestsPerMinute} requests a minute, 10 % to the candidate, four hours; stable fails 0.5 %, a bad candidate 5 %</text>`,
    ...[0, 0.25, 0.5, 0.75, 1].map(
      (part) =>
        `<line x1="${plot.left}" x2="${width - plot.right}" y1="${y(part)}" y2="${y(part)}" stroke="#dbe4ea"/><text x="${plot.left - 8}" y="${y(part) + 4}" text-anchor="end" fill="#4a6070">${part * 100} %</text>`,
    ),
    ...ticksX.map(
      (value) =>
        `<text x="${x(value)}" y="${height - plot.bottom + 20}" text-anchor="middle" fill="#4a6070">${value}</text>`,
    ),
    `<text x="${(plot.left + width - plot.right) / 2}" y="${height - 18}" text-anchor="middle" fill="#0f2a3f">failed requests of users per bad release (mean)</text>`,
    `<text transform="translate(22 ${(plot.top + height - plot.bottom) / 2}) rotate(-90)" text-anchor="middle" fill="#0f2a3f">good releases rolled back</text>`,
    ...drawMarks(marks.map((mark) => ({ mark, x: x(mark.failed), y: y(mark.falseRollbacks) }))),
    '</svg>',
  ].join('\n')}\n`;
}

const tools = ['ascent', 'Flagger', 'Argo Rollouts', 'Release Manager', 'PipeCD', 'Kayenta'];

function markOf(results: Results, name: string): readonly Mark[] {
  const bad = { ...held, requestsPerMinute, stableRate, candidateRate: 0.05 };
  const good = { ...held, requestsPerMinute, stableRate, candidateRate: stableRate };
  const hurt = results.held(
    cellName(name === 'Kayenta' ? 'regression Kayenta' : 'regression', bad),
    name,
  );
  const kept = results.held(cellName(name === 'ascent' ? 'good' : 'good peers', good), name);
  if (hurt === null || kept === null) return [];
  return [{ name, falseRollbacks: stoppedPart(kept), failed: meanFailed(hurt) }];
}

type Placed = { readonly mark: Mark; readonly x: number; readonly y: number };

/** Labels of marks that stand close are stacked, so that none covers another. */
function drawMarks(marks: readonly Placed[]): readonly string[] {
  const taken: { readonly x: number; readonly y: number }[] = [];
  return marks.map(({ mark, x, y }) => {
    const step = y > height - plot.bottom - 30 ? -18 : 18;
    let labelY = step < 0 ? y - 14 : y + 22;
    while (taken.some((other) => Math.abs(other.x - x) < 140 && Math.abs(other.y - labelY) < 16)) {
      labelY += step;
    }
    taken.push({ x, y: labelY });
    return drawMark(mark, { x, y, labelY });
  });
}

function drawMark(
  mark: Mark,
  { x, y, labelY }: { readonly x: number; readonly y: number; readonly labelY: number },
): string {
  const own = mark.name === 'ascent';
  const colour = own ? '#0b7285' : '#868e96';
  const label = own ? 'Ascent' : mark.name;
  const numbers = `${Number((100 * mark.falseRollbacks).toPrecision(2))} %, ${Number(mark.failed.toPrecision(2))}`;
  return [
    `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${own ? 8 : 6}" fill="${colour}"/>`,
    `<text x="${x.toFixed(1)}" y="${labelY.toFixed(1)}" text-anchor="middle" font-weight="${own ? 700 : 400}" fill="${colour}">${label} (${numbers})</text>`,
  ].join('');
}
