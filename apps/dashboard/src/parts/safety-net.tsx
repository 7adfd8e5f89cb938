/** A mistake of ours must not leave an empty page to somebody who needs to act. */
import { Component, type ReactNode } from 'react';

type State = { readonly fault: string | null };

/** Shows `children`, or what went wrong with them and where else to look. */
export class SafetyNet extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { fault: null };

  static getDerivedStateFromError(error: unknown): State {
    return { fault: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.fault === null) return this.props.children;
    return (
      <main>
        <div className="notice" role="alert">
          <strong>This page has a fault of its own.</strong>
          <p>
            {this.state.fault}. The rollout is not touched by it. In a terminal,{' '}
            <code>ascent status</code> shows the state and <code>ascent rollback</code> goes back.
          </p>
        </div>
      </main>
    );
  }
}
