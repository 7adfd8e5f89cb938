import { useEffect, useState, type ReactElement } from 'react';
import { hotlines, services } from '../chat/contacts';
import type { Turn } from '../chat/conversation';
import { wordsOf } from '../chat/failure';
import { CallLinks } from './call-links';

/** Whole seconds until `atMs`, counted down. */
function useCountdown(atMs: number | null): number | null {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (atMs === null) return;
    const timer = setInterval(() => {
      setNowMs(Date.now());
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, [atMs]);
  return atMs === null ? null : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}

/** What becomes of the question now. */
function nextOf({ phase, failure, retryAtMs }: Turn): string {
  if (failure === 'refused') return '';
  if (phase === 'failed') return 'Ask again when you like.';
  return retryAtMs === null
    ? 'It is asked as soon as there is a connection.'
    : 'It is asked again by itself.';
}

/** `40 s`, `5 min`. */
function inWords(seconds: number): string {
  return seconds > 120 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`;
}

type Props = {
  readonly turn: Turn;
  readonly onRetry: () => void;
  /** Puts the question back where it can be changed. */
  readonly onReword: () => void;
};

/** Why there is no answer yet, what happens next, and what a diver can do meanwhile. */
export function FailureCard({ turn, onRetry, onReword }: Props): ReactElement | null {
  const seconds = useCountdown(turn.retryAtMs);
  if (turn.failure === null) return null;
  const { title, text } = wordsOf[turn.failure];
  return (
    <div className="failure">
      <div role="status">
        <h2>{title}</h2>
        <p>
          {text} {nextOf(turn)}
        </p>
      </div>
      <div className="failure-acts">
        {turn.failure !== 'refused' && (
          <button type="button" className="button" onClick={onRetry}>
            {turn.phase === 'waiting' ? 'Ask now' : 'Ask again'}
            {(seconds ?? 0) > 0 && (
              <span className="countdown">{` · ${inWords(seconds ?? 0)}`}</span>
            )}
          </button>
        )}
        {turn.phase === 'failed' && (
          <button type="button" className="button button-quiet" onClick={onReword}>
            Change the words
          </button>
        )}
      </div>
      {turn.failure !== 'crowded' && turn.failure !== 'refused' && (
        <div className="failure-calls">
          <p className="quiet">An emergency does not wait. Telephone calls may still work:</p>
          <CallLinks contacts={[...services.slice(0, 1), ...hotlines.slice(0, 1)]} />
        </div>
      )}
    </div>
  );
}
