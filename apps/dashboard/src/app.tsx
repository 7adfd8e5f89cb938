/** The frame: one head, one page below it. */
import { useEffect, useState, type ReactElement } from 'react';
import type { About, Snapshot } from '@ascent/controller';
import { readAbout } from './api.js';
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
  const [about, setAbout] = useState<About | null>(null);
  const connected = live.link === 'live';
  // A controller that was started anew may have another token, so who we are is asked again.
  useEffect(() => {
    if (!connected) return;
    void readAbout().then((answer) => {
      if (answer.ok) setAbout(answer.value);
    });
  }, [connected]);
  const lines = live.services === null ? null : describeServices(live.services, live.nowMs);
  const [worst] = lines ?? [];
  const title =
    worst !== undefined
      ? `${worst.state} · ${worst.service} · Ascent`
      : live.snapshot === null
        ? 'Ascent'
        : pageTitle(live.snapshot, live.nowMs);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <TopBar live={live} route={route} about={about} onAbout={setAbout} theme={theme} />
      <main id="content">
        {lines === null ? (
          <ServicePage live={live} route={route} about={about} />
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
  readonly about: About | null;
}): ReactElement {
  const { live, route, about } = props;
  switch (route.page) {
    case 'now':
      return <NowPage live={live} about={about} ask={route.ask} />;
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
