import type { ReactElement } from 'react';
import { Icon, Mark } from './icons';

type Props = {
  readonly hasConversation: boolean;
  readonly startAnew: () => void;
  readonly openProfile: () => void;
  readonly openContacts: () => void;
};

/** The name, and what must always be in reach. */
export function TopBar(props: Props): ReactElement {
  return (
    <header className="top">
      <span className="brand">
        <Mark />
        DovvyBuddy
      </span>
      <nav aria-label="Page">
        {props.hasConversation && (
          <button type="button" className="round" onClick={props.startAnew} aria-label="New chat">
            <Icon shape="anew" />
          </button>
        )}
        <button type="button" className="round" onClick={props.openProfile} aria-label="About you">
          <Icon shape="person" />
        </button>
        <button type="button" className="sos" onClick={props.openContacts}>
          <Icon shape="phone" />
          <span>
            SOS<span className="unseen">, emergency contacts</span>
          </span>
        </button>
      </nav>
    </header>
  );
}
