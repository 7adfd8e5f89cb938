import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { reportError, setConversation } from '../lib/report';
import { ask, readSession } from './api';
import { Chat, nothingShown, type Shown } from './chat';
import { memory } from './memory';
import { alone } from './windows';

/** The diver's chat, kept in step with this device's memory and network. */
export function useChat(): { readonly chat: Chat; readonly shown: Shown } {
  const chat = useMemo(
    () =>
      new Chat({
        ask,
        readSession,
        memory,
        alone,
        isOnline: () => navigator.onLine,
        nowMs: () => Date.now(),
        report: (error, sessionId) => {
          setConversation(sessionId);
          reportError(error);
        },
      }),
    [],
  );
  const shown = useSyncExternalStore(chat.subscribe, chat.shown, () => nothingShown);
  const { sessionId, turns } = shown.conversation;
  useEffect(() => {
    chat.open();
    addEventListener('online', chat.goOnline);
    addEventListener('storage', chat.follow);
    document.addEventListener('visibilitychange', chat.follow);
    return () => {
      removeEventListener('storage', chat.follow);
      document.removeEventListener('visibilitychange', chat.follow);
      removeEventListener('online', chat.goOnline);
    };
  }, [chat]);
  useEffect(() => {
    setConversation(sessionId);
  }, [sessionId]);
  const hasTurns = turns.length > 0;
  useEffect(() => {
    if (hasTurns) document.documentElement.dataset['view'] = 'chat';
    else if (memory.conversation().turns.length === 0)
      delete document.documentElement.dataset['view'];
  }, [hasTurns]);
  return { chat, shown };
}

/** What was typed before the JavaScript had come. */
function typedEarly(): string {
  if (typeof document === 'undefined') return '';
  return document.querySelector('textarea')?.value ?? '';
}

/** What is being typed, kept over a reload. */
export function useDraft(): readonly [string, (draft: string) => void] {
  // Read while React has not touched the field; shown later, since the first look must be the one of the page's HTML.
  const [early] = useState(typedEarly);
  const [draft, setDraft] = useState('');
  useEffect(() => {
    setDraft((typed) => typed || early || memory.draft());
  }, [early]);
  const change = (text: string): void => {
    setDraft(text);
    memory.keepDraft(text);
  };
  return [draft, change];
}

const subscribeToNetwork = (listener: () => void): (() => void) => {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
};

/** Whether the device has a network. */
export function useOnline(): boolean {
  return useSyncExternalStore(
    subscribeToNetwork,
    () => navigator.onLine,
    () => true,
  );
}
