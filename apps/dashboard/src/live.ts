/** The live connection: the newest snapshot, whether anything is still heard, and the controller's idea of the time. */
import { useEffect, useState } from 'react';
import type { ListedService, Snapshot } from '@ascent/controller';

/** The controller pulses every 10 s; two missed pulses and a bit mean that nobody is there. */
export const SILENCE_MS = 25_000;

/** `lost` is a connection that is being tried again; what is shown may be old. */
export type Link = 'connecting' | 'live' | 'lost';

/** What the page knows of the world. */
export type Live = {
  /** Of the one service that this page is about; `null` before its first look, and on the list of several. */
  readonly snapshot: Snapshot | null;
  /** All services, where this page is the list of several. */
  readonly services: readonly ListedService[] | null;
  readonly link: Link;
  /** Now, by the controller's clock, Unix milliseconds. */
  readonly nowMs: number;
  /** When the controller was last heard, by the same clock; `null` before the first word. */
  readonly heardMs: number | null;
};

type Heard = {
  /** The newest of any service. */
  readonly snapshot: Snapshot | null;
  readonly services: readonly ListedService[] | null;
  readonly open: boolean;
  readonly atMs: number | null;
  /** The controller's clock minus this machine's. */
  readonly offsetMs: number;
};

const nothing: Heard = { snapshot: null, services: null, open: false, atMs: null, offsetMs: 0 };

/** Follows the controller's events for as long as the component lives. */
export function useLive(): Live {
  const [heard, setHeard] = useState<Heard>(nothing);
  const [clockMs, setClockMs] = useState(() => Date.now());
  useEffect(() => listen(setHeard), []);
  useEffect(() => {
    const timer = setInterval(() => {
      setClockMs(Date.now());
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const nowMs = clockMs + heard.offsetMs;
  return {
    snapshot: heard.services === null ? heard.snapshot : null,
    services: heard.services,
    link: linkOf(heard, clockMs),
    nowMs: Math.max(nowMs, heard.snapshot?.atMs ?? 0),
    heardMs: heard.atMs === null ? null : heard.atMs + heard.offsetMs,
  };
}

function linkOf({ atMs, open }: Heard, clockMs: number): Link {
  if (atMs === null) return 'connecting';
  return open && clockMs - atMs < SILENCE_MS ? 'live' : 'lost';
}

type Change = (change: (heard: Heard) => Heard) => void;

function listen(change: Change): () => void {
  let source = connect(change);
  // A browser gives up for good when a proxy answers with an error; the page does not.
  const retry = setInterval(() => {
    if (source.readyState === EventSource.CLOSED) source = connect(change);
  }, 2_000);
  return () => {
    clearInterval(retry);
    source.close();
  };
}

function connect(change: Change): EventSource {
  const source = new EventSource('api/events');
  source.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const snapshot = JSON.parse(data) as Snapshot;
    change((heard) => ({ ...withSnapshot(heard, snapshot), open: true, atMs: Date.now() }));
  });
  source.addEventListener('services', ({ data }: MessageEvent<string>) => {
    const names = JSON.parse(data) as readonly string[];
    change((heard) => ({ ...heard, services: listOf(names, heard.services ?? []) }));
  });
  source.addEventListener('pulse', ({ data }: MessageEvent<string>) => {
    const { nowMs } = JSON.parse(data) as { readonly nowMs: number };
    change((heard) => ({ ...heard, open: true, atMs: Date.now(), offsetMs: nowMs - Date.now() }));
  });
  source.addEventListener('error', () => {
    change((heard) => ({ ...heard, open: false }));
  });
  return source;
}

function withSnapshot(heard: Heard, snapshot: Snapshot): Heard {
  const { service } = snapshot;
  const services =
    heard.services?.map((one) => (one.service === service ? { service, snapshot } : one)) ?? null;
  return { ...heard, snapshot, services };
}

/** The services of a controller that was just reached, with what was known of them before. */
function listOf(
  names: readonly string[],
  before: readonly ListedService[],
): readonly ListedService[] {
  return names.map(
    (service) => before.find((one) => one.service === service) ?? { service, snapshot: null },
  );
}
