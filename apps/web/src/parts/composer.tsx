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
const nearlyFull = 200;

/** How much more can be typed, or how much is too much: what was pasted is never cut. */
function Room({ left }: { readonly left: number }): ReactElement | null {
  if (left >= nearlyFull) return null;
  return (
    <span className={left < 0 ? 'left left-over' : 'left'} id="room">
      {left < 0 ? `${-left} characters too many` : `${left} left`}
    </span>
  );
}

/** Said above the field while there is no network. */
function Offline(): ReactElement {
  return (
    <p className="offline" role="status">
      <Icon shape="offline" />
      <span>
        You are offline. Your question will be asked when you are back; <a href="tel:112">112</a>{' '}
        may still work.
      </span>
    </p>
  );
}

/** Where the question is typed. It stays what it is while an answer comes. */
export function Composer(props: Props): ReactElement {
  const { draft, setDraft, field, isBusy, isOnline, ask } = props;
  const form = useRef<HTMLFormElement>(null);
  const left = messageCharactersMax - draft.trim().length;
  const isUnfit = draft.trim() === '' || left < 0;
  useRoomBelow(form);
  const send = (event?: SubmitEvent): void => {
    event?.preventDefault();
    if (isUnfit || !ask(draft)) return;
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
    // Of this method the browser alone does nothing: before the JavaScript has come, what is typed stays.
    <form
      className="composer"
      aria-label="Ask DovvyBuddy"
      method="dialog"
      ref={form}
      onSubmit={send}
    >
      {!isOnline && <Offline />}
      <div className="composer-row">
        <label className="unseen" htmlFor="question">
          Your question
        </label>
        <textarea
          id="question"
          ref={field}
          rows={1}
          value={draft}
          dir="auto"
          aria-invalid={left < 0}
          aria-describedby={left < nearlyFull ? 'room' : undefined}
          placeholder="Ask about diving"
          enterKeyHint="send"
          onChange={({ target }) => {
            setDraft(target.value);
          }}
          onKeyDown={sendOnEnter}
        />
        <Room left={left} />
        <button className="send" aria-label="Ask" aria-disabled={isUnfit || isBusy}>
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
