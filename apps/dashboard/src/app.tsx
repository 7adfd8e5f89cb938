/** The frame: one head, one page below it. */
import { useEffect, type ReactElement } from 'react';
import type { Snapshot } from '@ascent/controller';
import { useAccount, type Account } from './account.js';
import { useLive, type Live } from './live.js';
import { HistoryList } from './pages/history-page.js';
import { NowPage } from './pages/now-page.js';
import { describeNow } from './model/now.js';
import { describeServices } from './model/service-lines.js';
import { RolloutPage } from './pages/rollout-page.js';
import { ServicesPage } from './pages/services-page.js';
import { TopBar } from './parts/top-bar.js';
import { useRoute, type Route } from './route.js';
import { useTheme } from './theme.js';

/** The whole page. */
export function App(): ReactElement {
  const live = useLive();
  const route = useRoute();
  const theme = useTheme();
  const account = useAccount(route.page === 'now' ? route.ask : null, live.link === 'live');
  const lines = live.services === null ? null : describeServices(live.services, live.nowMs);
  const [worst] = lines ?? [];
  const title =
    worst !== undefined
      ? `${worst.state} · ${worst.service} · Ascent`
      : live.snapshot === null
        ? 'Ascent'
        : pageTitle(live.snapshot, live.nowMs);
  const heard = live.link === 'lost' ? `Not connected · ${title}` : title;
  useEffect(() => {
    document.title = heard;
  }, [heard]);
  return (
    <>
      <TopBar live={live} route={route} account={account} theme={theme} />
      <main id="content">
        {lines === null ? (
          <ServicePage live={live} route={route} account={account} />
        ) : (
          <ServicesPage lines={lines} live={live} />
        )}
      </main>
    </>
  );
}

/** The pages of one service. */
function ServicePage(props: {
  readonly live: Live;
  readonly route: Route;
  readonly account: Account;
}): ReactElement {
  const { live, route, account } = props;
  switch (route.page) {
    case 'now':
      return <NowPage live={live} account={account} ask={route.ask} />;
    case 'history':
      return <HistoryList nowMs={live.nowMs} service={live.snapshot?.service ?? ''} />;
    case 'rollout':
      return <RolloutPage id={route.id} nowMs={live.nowMs} />;
  }
}

/** So that a tab among many says how it goes. */
function pageTitle(snapshot: Snapshot, nowMs: number): string {
  const share = snapshot.record?.rollout?.sharePercent;
  const state = describeNow(snapshot, nowMs).state;
  return `${state}${share === undefined ? '' : `, ${share} %`} · ${snapshot.service} · Ascent`;
}
