import { Component, type ReactNode } from 'react';
import { hotlines, services } from '../chat/contacts';
import { reportError } from '../lib/report';
import { CallLinks } from './call-links';

type Props = { readonly children: ReactNode };

/** Where the page itself fails: says so, tells Sentry, and still has the numbers. */
export class ErrorNet extends Component<Props, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override componentDidCatch(error: Error): void {
    reportError(error);
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <main className="plain">
        <h1>Something went wrong on this page</h1>
        <p>We have been told. What you wrote is kept on this device.</p>
        <a className="button" href="/">
          Open it again
        </a>
        <p>In an emergency, call:</p>
        <CallLinks contacts={[...services, ...hotlines]} />
      </main>
    );
  }
}
