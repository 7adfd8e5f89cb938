import type { ReactElement } from 'react';

/** Nothing at this address. */
export default function NotFound(): ReactElement {
  return (
    <main className="plain">
      <h1>Nothing at this depth</h1>
      <p>There is no page at this address.</p>
      <a className="button" href="/">
        Back to the surface
      </a>
    </main>
  );
}
