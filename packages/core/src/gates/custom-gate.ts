/**
 * A gate on a number of the owner's own: any PromQL, any JSON over HTTP, or Sentry's new issues of the candidate. It has
 * no statistics behind it, so it never speaks for a release: it can hold it, or send it back, as its rule says.
 */
import type { SecretName } from '../secret-name.js';

/** Where the number comes from. Texts may hold the placeholders of {@link fillIn}. */
export type GateSource =
  | {
      readonly type: 'prometheus';
      readonly url: string;
      readonly query: string;
      /** What the query is divided by, so that no traffic is told apart from a ratio of 0; `null` takes it as it is. */
      readonly per: string | null;
    }
  | {
      readonly type: 'json';
      readonly url: string;
      /** Where in the answer (RFC 6901). */
      readonly pointer: string;
      /** Sent as a bearer token; `null` sends none. */
      readonly token: SecretName | null;
    }
  | {
      readonly type: 'sentry';
      readonly url: string;
      readonly organization: string;
      readonly project: string;
      /** Issues of this level and above count. */
      readonly level: SentryLevel;
      readonly release: string;
      readonly token: SecretName;
    };

/** Sentry's levels, mildest first. */
export const sentryLevels = ['debug', 'info', 'warning', 'error', 'fatal'] as const;

/** One of them. */
export type SentryLevel = (typeof sentryLevels)[number];

/** One gate. */
export type CustomGate = {
  readonly name: string;
  readonly source: GateSource;
  /** It is broken beyond `value`, in its direction; at it, it holds. */
  readonly limit: {
    readonly direction: 'above' | 'below';
    readonly value: number;
    readonly unit: 'number' | 'percent';
  };
  /** How far back a reading looks: it says nothing before this share has been served for as long. */
  readonly windowMs: number;
  /** For how long it must be broken, at every reading, before it counts. */
  readonly forMs: number;
  readonly then: 'hold' | 'rollback';
};

/** What a reading is about. */
export type GateSubject = {
  readonly service: string;
  readonly stable: string;
  readonly candidate: string;
};

/** What came of one reading: no data is neither good nor bad, and an outage is neither of both. */
export type GateOutcome =
  | { readonly type: 'value'; readonly value: number }
  | { readonly type: 'nothing'; readonly reason: string }
  | { readonly type: 'unavailable'; readonly reason: string };

/** One gate's reading. */
export type GateReading = { readonly gate: string; readonly outcome: GateOutcome };

/** The placeholders that texts of a gate may hold. */
export const placeholders = ['service', 'stable', 'candidate', 'window'] as const;

/** `text` with `${candidate}` and the others replaced; `encode` keeps a value what it is inside a URL. */
export function fillIn(
  text: string,
  gate: Pick<CustomGate, 'windowMs'>,
  {
    subject,
    encode = (value) => value,
  }: { readonly subject: GateSubject; readonly encode?: (value: string) => string },
): string {
  // Prometheus takes whole seconds, and refuses a range of 0.
  const window = `${Math.max(1, Math.round(gate.windowMs / 1_000))}s`;
  const values: Readonly<Record<string, string>> = { ...subject, window };
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : encode(value);
  });
}
