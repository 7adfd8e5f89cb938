/** Numbers as the page says them. */

/** 0.02123 → `2.1 %`; small ratios keep two digits. */
export function percentText(ratio: number): string {
  const percent = ratio * 100;
  const digits = percent === 0 || percent >= 10 ? 0 : percent >= 1 ? 1 : 2;
  return `${Number(percent.toFixed(digits))} %`;
}

/** 850 → `850 ms`, 1250 → `1.3 s`. */
export function latencyText(ms: number): string {
  if (ms < 1_000) return `${Number(ms.toPrecision(2))} ms`;
  return `${Number((ms / 1_000).toFixed(ms >= 10_000 ? 0 : 1))} s`;
}

/** 12345 → `12,345`. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-GB');
}
