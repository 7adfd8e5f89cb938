/** Signing in with the token that the controller printed: reading is open, acting is not. */
import { useState, type ReactElement } from 'react';
import type { About } from '@ascent/controller';
import type { Account } from '../account.js';
import { signIn, signOut } from '../api.js';
import { Dialog } from './dialog.js';

/** Who is signed in, or the way to do it. */
export function WhoReads({ account }: { readonly account: Account }): ReactElement | null {
  const { about, onAbout, asking, onAsk } = account;
  if (about === null) return null;
  if (about.access === 'readOnly') return <span className="quiet">Read-only</span>;
  if (about.access === 'signedIn') return <SignedIn name={about.person ?? ''} onChange={onAbout} />;
  return (
    <>
      <button
        type="button"
        className="small"
        onClick={() => {
          onAsk('open');
        }}
      >
        Sign in
      </button>
      {asking !== 'closed' && (
        <SignIn
          ended={asking === 'ended'}
          onDone={(signedIn) => {
            onAsk('closed');
            if (signedIn !== null) onAbout(signedIn);
          }}
        />
      )}
    </>
  );
}

function SignedIn(props: {
  readonly name: string;
  readonly onChange: (about: About) => void;
}): ReactElement {
  const leave = async (): Promise<void> => {
    const answer = await signOut();
    if (answer.ok) props.onChange(answer.value);
  };
  return (
    <>
      <span>{props.name}</span>
      <button type="button" className="small" onClick={() => void leave()}>
        Sign out
      </button>
    </>
  );
}

function SignIn({
  ended,
  onDone,
}: {
  readonly ended: boolean;
  readonly onDone: (about: About | null) => void;
}): ReactElement {
  const [name, setName] = useState('');
  const [token, setToken] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const close = (): void => {
    onDone(null);
  };
  const send = async (): Promise<void> => {
    const answer = await signIn({ token: token.trim(), name: name.trim() });
    if (answer.ok) onDone(answer.value);
    else setFault(answer.why);
  };
  return (
    <Dialog title="Sign in to act" onClose={close}>
      {ended && <p role="status">Your sign-in has ended, so nothing was changed. Sign in again.</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Field
          label="Your name"
          hint="stands in the audit log beside what you do"
          value={name}
          onChange={setName}
        />
        <Field
          label="Token"
          hint="the controller printed it when it started"
          value={token}
          onChange={setToken}
          secret
        />
        {fault !== null && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <div className="form-acts">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="act-main">
            Sign in
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Field(props: {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly secret?: boolean;
}): ReactElement {
  const { label, hint, value, onChange, secret = false } = props;
  return (
    <label>
      {label} <small>{hint}</small>
      <input
        required
        maxLength={120}
        type={secret ? 'password' : 'text'}
        autoComplete={secret ? 'current-password' : 'username'}
        value={value}
        onChange={({ target }) => {
          onChange(target.value);
        }}
      />
    </label>
  );
}
