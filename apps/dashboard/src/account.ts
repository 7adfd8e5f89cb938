/** Who is reading: known, asked, or forgotten by the controller meanwhile. */
import { useEffect, useState } from 'react';
import type { About } from '@ascent/controller';
import { readAbout } from './api.js';
import type { AskedAct } from './route.js';

/** Whether the question who somebody is stands open; `ended` where a person was signed in and is no more. */
export type SignInState = 'closed' | 'open' | 'ended';

/** Who is reading, and what to do where that is not known. */
export type Account = {
  readonly about: About | null;
  readonly onAbout: (about: About) => void;
  readonly asking: SignInState;
  readonly onAsk: (asking: SignInState) => void;
  /** The controller does not know the person any more; the question they wanted to answer, where a link opens it. */
  readonly onSignedOut: (wanted: AskedAct | null) => void;
};

/** The account of whoever reads; `linked` is what a link in a message wants to do, so the question comes by itself. */
export function useAccount(linked: AskedAct | null, connected: boolean): Account {
  const [about, onAbout] = useState<About | null>(null);
  const [asking, onAsk] = useState<SignInState>('closed');
  const [followed, setFollowed] = useState<AskedAct | null>(null);
  if (followed !== linked) {
    setFollowed(linked);
    if (linked !== null && asking === 'closed') onAsk('open');
  }
  // A controller that was started anew may have another token, so who we are is asked again.
  useEffect(() => {
    if (!connected) return;
    void readAbout().then((answer) => {
      if (answer.ok) onAbout(answer.value);
    });
  }, [connected]);
  const onSignedOut = (wanted: AskedAct | null): void => {
    if (about !== null) onAbout({ ...about, access: 'signedOut', person: null });
    onAsk('ended');
    // Once signed in again, they are asked what they were asked before.
    if (wanted !== null) location.hash = `#${wanted}`;
  };
  return { about, onAbout, asking, onAsk, onSignedOut };
}
