/** How large the instances of a revision are, read from its template. Pure. */
import { AscentError } from '@ascent/core';

/** What an instance has, and how many there are at least. */
export type Size = {
  readonly vcpu: number;
  readonly gib: number;
  readonly minInstances: number;
  readonly concurrency: number;
};

/** The part of a template that costs money. */
export type CostedTemplate = {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containerConcurrency?: number;
    readonly containers?: readonly {
      readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
    }[];
  };
};

const DEFAULT_CONCURRENCY = 80;
const MIN_SCALE = 'autoscaling.knative.dev/minScale';
const gibPer: Readonly<Record<string, number>> = {
  Ki: 2 ** -20,
  Mi: 2 ** -10,
  Gi: 1,
  M: 1e6 / 2 ** 30,
  G: 1e9 / 2 ** 30,
};

/** The size a template asks for, with Cloud Run's defaults where it is silent. @throws AscentError for a quantity it cannot read. */
export function sizeOf({ metadata, spec }: CostedTemplate): Size {
  const limits = spec.containers?.[0]?.resources?.limits ?? {};
  return {
    vcpu: cpus(limits['cpu'] ?? '1'),
    gib: gibibytes(limits['memory'] ?? '512Mi'),
    minInstances: instances(metadata?.annotations?.[MIN_SCALE] ?? '0'),
    concurrency: spec.containerConcurrency ?? DEFAULT_CONCURRENCY,
  };
}

function instances(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new AscentError(
    'ASC_MANIFEST_INVALID',
    `${MIN_SCALE} is ${text}, which is no number of instances; write it as '1'.`,
  );
}

function cpus(text: string): number {
  const [, digits, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text) ?? [];
  if (digits === undefined) throw unreadable('cpu', text, '2 or 1500m');
  return Number(digits) / (milli === 'm' ? 1_000 : 1);
}

function gibibytes(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMG]i|[MG])$/.exec(text) ?? [];
  const factor = gibPer[unit];
  if (digits === undefined || factor === undefined)
    throw unreadable('memory', text, '512Mi or 1Gi');
  return Number(digits) * factor;
}

function unreadable(what: string, text: string, form: string): AscentError {
  return new AscentError(
    'ASC_MANIFEST_INVALID',
    `limits.${what} is ${text}, which is no quantity; write it as ${form}.`,
  );
}
