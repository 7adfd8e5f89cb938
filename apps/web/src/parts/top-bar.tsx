import type { MouseEvent, ReactElement } from 'react';
import { Icon, Mark } from './icons';

type Props = {
  readonly hasConversation: boolean;
  readonly startAnew: () => void;
  readonly open: (sheet: 'profile' | 'contacts') => void;
};

/** The name, and what must always be in reach. The numbers open before any JavaScript has come, as the browser's popover. */
export function TopBar(props: Props): ReactElement {
  const openProfile = (): void => {
    props.open('profile');
  };
  const openContacts = (event: MouseEvent): void => {
    event.preventDefault();
    props.open('contacts');
  };
  return (
    <header className="top">
      <span className="brand">
        <Mark />
        <span className="brand-name">DovvyBuddy</span>
      </span>
      <nav aria-label="Page">
        {props.hasConversation && (
          <button type="button" className="round" onClick={props.startAnew} aria-label="New chat">
            <Icon shape="anew" />
          </button>
        )}
        <button type="button" className="round" onClick={openProfile} aria-label="About you">
          <Icon shape="person" />
        </button>
        <button type="button" className="sos" popoverTarget="contacts" onClick={openContacts}>
          <Icon shape="phone" />
          <span>
            SOS<span className="unseen">, emergency contacts</span>
          </span>
        </button>
      </nav>
    </header>
  );
}
