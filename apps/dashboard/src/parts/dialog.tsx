/** A question that waits for an answer. The browser's own dialog keeps the focus inside and closes on Escape. */
import { useEffect, useId, useRef, type ReactElement, type ReactNode } from 'react';

/** Opens when mounted; `onClose` is called however it is closed. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactElement {
  const { title, onClose, children } = props;
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => {
      // Taken away while open, the browser would leave the focus nowhere; and what opened it may have gone with it.
      const back = before?.isConnected === true ? before : document.querySelector('.acts button');
      if (back instanceof HTMLElement) back.focus();
    };
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={titleId} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}
