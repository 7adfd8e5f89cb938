import { useEffect, useRef, type MouseEvent, type ReactElement, type ReactNode } from 'react';
import { Icon } from './icons';

type Props = {
  readonly title: string;
  /** Makes it part of the page's HTML; a button with this `popoverTarget` opens it even without JavaScript. */
  readonly id?: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A dialog: from below on a phone, in the middle elsewhere. Escape, the cross and a tap beside it close it. */
export function Sheet({ title, id, isOpen, onClose, children }: Props): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (isOpen && element?.open === false) {
      if (element.popover) element.hidePopover();
      element.showModal();
    }
    if (!isOpen) element?.close();
  }, [isOpen]);
  const closeBeside = (event: MouseEvent): void => {
    if (event.target === dialog.current) onClose();
  };
  return (
    <dialog
      ref={dialog}
      className="sheet"
      {...(id !== undefined && { id, popover: 'auto' })}
      aria-label={title}
      onClose={onClose}
      onClick={closeBeside}
    >
      {(isOpen || id !== undefined) && (
        <div className="sheet-inside">
          <div className="sheet-head">
            <h2>{title}</h2>
            <button
              type="button"
              className="round"
              onClick={onClose}
              aria-label="Close"
              {...(id !== undefined && { popoverTarget: id, popoverTargetAction: 'hide' })}
            >
              <Icon shape="close" />
            </button>
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}
