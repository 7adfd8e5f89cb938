import type { ReactElement } from 'react';

const shapes = {
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  phone:
    'M6.6 3.5h2.7l1.6 4.2-2 1.5a12 12 0 0 0 5.9 5.9l1.5-2 4.2 1.6v2.7a2 2 0 0 1-2.2 2A17 17 0 0 1 4.6 5.7a2 2 0 0 1 2-2.2Z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 7.5 0 0 1 15 0',
  anew: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  note: 'M6 3.5h8.5L19 8v12.5H6ZM14 3.5V8.5h5M9 13h7M9 16.5h5',
  next: 'M5 12h14M13 6l6 6-6 6',
  back: 'M19 12H5M11 6l-6 6 6 6',
  alarm: 'M12 3.5 22 20.5H2ZM12 10v4.5M12 17.3v.2',
  offline:
    'M3 3l18 18M8.5 15.5a5 5 0 0 1 5-1.2M5 12a10 10 0 0 1 4-2.4M19 12a10 10 0 0 0-5.4-2.9M12 19.5v.1',
} as const;

/** A drawing beside words that say the same. */
export function Icon({ shape }: { readonly shape: keyof typeof shapes }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[shape]} />
    </svg>
  );
}

/** The mark: a diver's flag, as a drop of water. */
export function Mark(): ReactElement {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <circle className="mark-sea" cx="16" cy="16" r="15" />
      <path className="mark-wave" d="M3.5 14c4.2-3.4 8.3-3.4 12.5 0s8.3 3.4 12.5 0" />
      <circle className="mark-air" cx="13" cy="21" r="3.2" />
      <circle className="mark-air" cx="19.5" cy="18.5" r="1.7" />
    </svg>
  );
}
