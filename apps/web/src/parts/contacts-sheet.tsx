import type { ReactElement } from 'react';
import { elsewhere, hotlines, services } from '../chat/contacts';
import { CallLinks } from './call-links';
import { Sheet } from './sheet';

type Props = { readonly isOpen: boolean; readonly onClose: () => void };

/** Whom to call, for every place that the notes are sure about. Needs no connection. */
export function ContactsSheet({ isOpen, onClose }: Props): ReactElement {
  return (
    <Sheet title="Emergency contacts" id="contacts" isOpen={isOpen} onClose={onClose}>
      <p>
        Local emergency services first; say that it happened while diving. Then DAN, who find the
        physician and the chamber. At sea: VHF channel 16.
      </p>
      <CallLinks contacts={services} />
      <h3>Divers Alert Network</h3>
      <CallLinks contacts={hotlines} />
      <h3>Elsewhere</h3>
      <CallLinks contacts={elsewhere} />
    </Sheet>
  );
}
