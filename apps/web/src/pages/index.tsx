import { useRef, useState, type ReactElement } from 'react';
import type { Citation } from '../chat/contract';
import { isBusy } from '../chat/conversation';
import { useChat, useDraft, useOnline } from '../chat/use-chat';
import { Composer } from '../parts/composer';
import { ContactsSheet } from '../parts/contacts-sheet';
import { Landing } from '../parts/landing';
import { NoteSheet } from '../parts/note-sheet';
import { ProfileSheet } from '../parts/profile-sheet';
import { Thread, type ThreadActs } from '../parts/thread';
import { TopBar } from '../parts/top-bar';

/** The page: the landing view until the first question, then the conversation. */
export default function Page(): ReactElement {
  const { chat, shown } = useChat();
  const [draft, setDraft] = useDraft();
  const isOnline = useOnline();
  const [sheet, setSheet] = useState<'profile' | 'contacts' | null>(null);
  const [citation, setCitation] = useState<Citation | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const { conversation, earlier } = shown;
  const type = (): void => field.current?.focus();
  const close = (): void => {
    setSheet(null);
  };
  const acts: ThreadActs = {
    ask: chat.ask,
    retry: chat.retry,
    reword: (question) => {
      setDraft(question);
      type();
    },
    type,
    openNote: setCitation,
  };
  const hasConversation = conversation.turns.length > 0;
  return (
    <>
      <a className="skip" href="#question">
        Skip to your question
      </a>
      <TopBar
        hasConversation={hasConversation}
        startAnew={() => {
          chat.startAnew();
          type();
        }}
        openProfile={() => {
          setSheet('profile');
        }}
        openContacts={() => {
          setSheet('contacts');
        }}
      />
      <main>
        {hasConversation ? (
          <>
            <h1 className="unseen">Your conversation</h1>
            <Thread conversation={conversation} acts={acts} />
          </>
        ) : (
          <Landing
            ask={chat.ask}
            earlier={earlier.turns[0]?.question ?? null}
            goBack={chat.goBack}
          />
        )}
      </main>
      <Composer
        draft={draft}
        setDraft={setDraft}
        field={field}
        isBusy={isBusy(conversation)}
        isOnline={isOnline}
        ask={chat.ask}
      />
      <ProfileSheet isOpen={sheet === 'profile'} onClose={close} />
      <ContactsSheet isOpen={sheet === 'contacts'} onClose={close} />
      <NoteSheet
        citation={citation}
        onClose={() => {
          setCitation(null);
        }}
      />
    </>
  );
}
