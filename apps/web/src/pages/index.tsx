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

type Sheets = {
  readonly open: 'profile' | 'contacts' | Citation | null;
  readonly close: () => void;
};

/** What may be opened over the page. */
function SheetsView({ open, close }: Sheets): ReactElement {
  return (
    <>
      <ProfileSheet isOpen={open === 'profile'} onClose={close} />
      <ContactsSheet isOpen={open === 'contacts'} onClose={close} />
      <NoteSheet citation={typeof open === 'object' ? open : null} onClose={close} />
    </>
  );
}

/** The page: the landing view until the first question, then the conversation. */
export default function Page(): ReactElement {
  const { chat, shown } = useChat();
  const [draft, setDraft] = useDraft();
  const isOnline = useOnline();
  const [sheet, setSheet] = useState<Sheets['open']>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const { conversation, earlier } = shown;
  const type = (): void => field.current?.focus();
  const acts: ThreadActs = {
    ask: chat.ask,
    retry: chat.retry,
    reword: (question) => {
      // Below it stays what was typed meanwhile.
      setDraft(draft.trim() === '' ? question : `${question}\n${draft}`);
      type();
    },
    type,
    openNote: setSheet,
  };
  const startAnew = (): void => {
    chat.startAnew();
    type();
  };
  const hasConversation = conversation.turns.length > 0;
  const firstEarlier = earlier.turns[0]?.question ?? null;
  return (
    <>
      <a className="skip" href="#question">
        Skip to your question
      </a>
      <TopBar hasConversation={hasConversation} startAnew={startAnew} open={setSheet} />
      <main>
        <p className="unloaded">
          This page has not come completely. <a href="/">Load it again</a>
        </p>
        {hasConversation ? (
          <Thread conversation={conversation} acts={acts} />
        ) : (
          <Landing ask={chat.ask} earlier={firstEarlier} goBack={chat.goBack} />
        )}
      </main>
      <Composer
        {...{ draft, setDraft, field, isOnline, ask: chat.ask, isBusy: isBusy(conversation) }}
      />
      <SheetsView
        open={sheet}
        close={() => {
          setSheet(null);
        }}
      />
    </>
  );
}
