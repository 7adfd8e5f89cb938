/** The page's head: where you are, whether the page is live, and who you are. */
import type { ReactElement } from 'react';
import type { Account } from '../account.js';
import type { Link, Live } from '../live.js';
import { ago } from '../model/clock-text.js';
import { listAddress, type Route } from '../route.js';
import type { Theme } from '../theme.js';
import { WhoReads } from './sign-in.js';

/** The head. */
export function TopBar(props: {
  readonly live: Live;
  readonly route: Route;
  readonly account: Account;
  readonly theme: readonly [Theme, (theme: Theme) => void];
}): ReactElement {
  const { live, route, account, theme } = props;
  const [shade, choose] = theme;
  const other = shade === 'dark' ? 'light' : 'dark';
  return (
    <header className="top">
      <a className="skip" href="#content">
        To the content
      </a>
      <span className="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#0b3a53" />
          <path
            d="M5 25h6v-7h6v-6h5V7h5"
            fill="none"
            stroke="#7fd8f0"
            strokeWidth="3"
            strokeLinejoin="round"
          />
        </svg>
        Ascent
        {live.snapshot !== null && <span className="quiet mono">{live.snapshot.service}</span>}
      </span>
      {live.services === null && <Pages route={route} />}
      <div className="top-end">
        <LinkState live={live} />
        <WhoReads account={account} />
        <button
          type="button"
          className="small"
          onClick={() => {
            choose(other);
          }}
        >
          {other === 'dark' ? 'Dark' : 'Light'}
        </button>
      </div>
    </header>
  );
}

/** The pages of one service, and the way to the others. */
function Pages({ route }: { readonly route: Route }): ReactElement {
  const list = listAddress(location.pathname);
  return (
    <nav aria-label="Pages">
      {list !== null && <a href={list}>All services</a>}
      <a href="#/" aria-current={route.page === 'now' ? 'page' : undefined}>
        Now
      </a>
      <a href="#/history" aria-current={route.page === 'now' ? undefined : 'page'}>
        History
      </a>
    </nav>
  );
}

const words: Readonly<Record<Link, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Not connected',
};

function LinkState({ live }: { readonly live: Live }): ReactElement {
  const { link, snapshot, nowMs } = live;
  const looked = snapshot === null ? '' : ` · looked ${ago(snapshot.atMs, nowMs)}`;
  return (
    <span className={`link link-${link}`}>
      <i aria-hidden="true" />
      <span role="status">{words[link]}</span>
      {link === 'live' && <span className="looked">{looked}</span>}
    </span>
  );
}
