import {
  useEffect,
  useRef,
  type SubmitEvent,
  type KeyboardEvent,
  type ReactElement,
  type RefObject,
} from 'react';
import { messageCharactersMax } from '../chat/contract';
import { Icon } from './icons';

type Props = {
  readonly draft: string;
  readonly setDraft: (draft: string) => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly isBusy: boolean;
  readonly isOnline: boolean;
  /** True if the question was taken. */
  readonly ask: (question: string) => boolean;
};

/** From here on the characters that are left are shown. */
const nearlyFull = messageCharactersMax - 200;

/** Where the question is typed. It stays what it is while an answer comes. */
export function Composer(props: Props): ReactElement {
  const { draft, setDraft, field, isBusy, isOnline, ask } = props;
  const form = useRef<HTMLFormElement>(null);
  const isEmpty = draft.trim() === '';
  useRoomBelow(form);
  const send = (event?: SubmitEvent): void => {
    event?.preventDefault();
    if (isEmpty || !ask(draft)) return;
    setDraft('');
    // On a phone the keyboard would hide the answer.
    if (matchMedia('(pointer: coarse)').matches) field.current?.blur();
  };
  const sendOnEnter = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="composer" aria-label="Ask DovvyBuddy" ref={form} onSubmit={send}>
      {!isOnline && (
        <p className="offline" role="status">
          <Icon shape="offline" />
          <span>
            You are offline. Your question will be asked when you are back;{' '}
            <a href="tel:112">112</a> may still work.
          </span>
        </p>
      )}
      <div className="composer-row">
        <label className="unseen" htmlFor="question">
          Your question
        </label>
        <textarea
          id="question"
          ref={field}
          rows={1}
          value={draft}
          maxLength={messageCharactersMax}
          placeholder="Ask about diving"
          enterKeyHint="send"
          onChange={({ target }) => {
            setDraft(target.value);
          }}
          onKeyDown={sendOnEnter}
        />
        {draft.length > nearlyFull && (
          <span className="left">{messageCharactersMax - draft.length} left</span>
        )}
        <button className="send" aria-label="Ask" aria-disabled={isEmpty || isBusy}>
          <Icon shape="send" />
        </button>
      </div>
    </form>
  );
}

/** Tells the style sheet how high the composer is, so that the last answer can be scrolled clear of it. */
function useRoomBelow(form: RefObject<HTMLFormElement | null>): void {
  useEffect(() => {
    const element = form.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      document.documentElement.style.setProperty('--composer', `${element.offsetHeight}px`);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [form]);
}
