/**
 * Kubernetes quantities, as limits are written: `512Mi`, `1G`, `1000m`, `2`.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
const factors: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** The number a quantity stands for; undefined where the text is none. */
export function parseQuantity(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m|k|M|G|Ki|Mi|Gi)?$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (factors[match[2] ?? ''] ?? 1);
}
