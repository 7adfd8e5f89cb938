/** Options in two stages: what a person writes (`"60s"`) and what the emulator runs with (milliseconds). */
import { createHash } from 'node:crypto';

/** The settings of a running emulator, every default filled. */
export interface Settings {
  readonly host: string;
  /** 0 asks for a free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly project: string;
  readonly region: string;
  /** How often Cloud Monitoring gets a point: 60 s on Cloud Run. */
  readonly samplePeriodMs: number;
  /** How old a point is before it can be read: up to 120 s on Cloud Run. */
  readonly visibilityDelayMs: number;
  /** How long an instance may be without a request before it is stopped: up to 15 min on Cloud Run. */
  readonly idleTimeoutMs: number;
  /** How long a request waits for a place at least, before it gets 429: 10 s on Cloud Run. */
  readonly queueWaitMs: number;
  /** How long a stopping instance has between SIGTERM and SIGKILL: 10 s on Cloud Run. */
  readonly killDelayMs: number;
  /** Variables every instance gets; a service's own take precedence. */
  readonly env: Readonly<Record<string, string>>;
  /** Secrets by `NAME` (any version) or `NAME/VERSION`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Whether a v2 write with an old etag is refused (409); Cloud Run was seen to ignore it. */
  readonly v2Etag: 'ignore' | 'enforce';
  /** Whether processes are held to their CPU limits; only some users of some machines may do that. */
  readonly cpuLimits: 'ignore' | 'enforce';
  /** The socket of a Docker engine that runs images which are not of this machine; without one nothing does. */
  readonly dockerSocket?: string | undefined;
  /** A whole number that decides the weighted choices of the front door; without one they are random. */
  readonly seed?: number | undefined;
}

/** The defaults are Cloud Run's where Cloud Run has one. */
export const defaultSettings: Omit<Settings, 'dataDir'> = {
  host: '127.0.0.1',
  port: 8080,
  project: 'local',
  region: 'us-central1',
  samplePeriodMs: 60_000,
  visibilityDelayMs: 120_000,
  idleTimeoutMs: 900_000,
  queueWaitMs: 10_000,
  killDelayMs: 10_000,
  env: {},
  secrets: {},
  v2Etag: 'ignore',
  cpuLimits: 'ignore',
};

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;

/**
 * Reads `250ms`, `60s`, `2m` or `1h`.
 * @throws Error naming the option, the value and the form wanted.
 */
export function parseDurationMs(option: string, text: string): number {
  const match = durationPattern.exec(text);
  const unit = match?.[2] as keyof typeof unitsMs | undefined;
  if (unit === undefined) {
    throw new Error(`${option} '${text}' is no duration; write it as 250ms, 60s, 2m or 1h`);
  }
  return Number(match?.[1]) * unitsMs[unit];
}

/** Cloud Run hosts carry a project number; ours is twelve digits made from the project's name. */
export function projectNumber(project: string): string {
  if (/^\d+$/.test(project)) return project;
  // divergence: project-number
  const digest = createHash('sha256').update(project).digest();
  return (100_000_000_000 + (digest.readUIntBE(0, 6) % 900_000_000_000)).toString();
}
