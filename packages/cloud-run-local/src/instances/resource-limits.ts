/** What an instance may use. https://cloud.google.com/run/docs/configuring/services/memory-limits */
import type { Container } from '@ascent/knative';
import { parseQuantity } from '../resources/quantity.js';

/** The limits of a container. */
export interface ResourceLimits {
  readonly memoryBytes: number;
  readonly cpus: number;
}

/** The limits a container names; those Cloud Run fills in where it names none. */
export function resourceLimitsOf({ resources }: Container): ResourceLimits {
  const { memory = '', cpu = '' } = resources?.limits ?? {};
  return {
    memoryBytes: parseQuantity(memory) ?? 512 * 2 ** 20,
    cpus: parseQuantity(cpu) ?? 1,
  };
}

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** What Cloud Run says of an instance that was ended for its memory; not everybody who ends one tells how much it held. */
export function memoryExceededMessage({ memoryBytes }: ResourceLimits, usedBytes?: number): string {
  const used = usedBytes === undefined ? '' : ` with ${mebibytes(usedBytes)} MiB used`;
  return `Memory limit of ${mebibytes(memoryBytes)} MiB exceeded${used}. Consider increasing the memory limit, see https://cloud.google.com/run/docs/configuring/memory-limits`;
}
