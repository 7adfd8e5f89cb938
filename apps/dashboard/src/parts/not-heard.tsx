/** The notice that the connection is lost: what is shown may be old, and nothing has changed by that. */
import type { ReactElement, ReactNode } from 'react';

/** `since` is when the page's words are from, where there is one such time; what follows is a way to ask elsewhere. */
export function NotHeard(props: {
  readonly since?: string;
  readonly children?: ReactNode;
}): ReactElement {
  const { since, children } = props;
  return (
    <div className="notice" role="alert">
      <strong>The controller is not heard.</strong>
      <p>
        What you see {since === undefined ? '' : `is from ${since} and `}may be old. The traffic
        stays as it is; the page connects again by itself. {children}
      </p>
    </div>
  );
}
