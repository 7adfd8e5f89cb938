import type { ReactElement } from 'react';
import { dial, type Contact } from '../chat/contacts';
import { Icon } from './icons';

/** Numbers, each one tap from a call. */
export function CallLinks({ contacts }: { readonly contacts: readonly Contact[] }): ReactElement {
  return (
    <ul className="calls">
      {contacts.map(({ name, where, number }) => (
        <li
          key={`${name}${where}${number}`}
          className={number.length > 4 ? 'call-long' : undefined}
        >
          <a className="call" href={dial(number)}>
            <Icon shape="phone" />
            <span className="call-words">
              <strong className="call-number">{number}</strong>
              <span className="call-name">{where === '' ? name : `${name}, ${where}`}</span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
