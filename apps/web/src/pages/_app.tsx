import type { AppProps } from 'next/app';
import localFont from 'next/font/local';
import Head from 'next/head';
import { useEffect, type ReactElement } from 'react';
import { ErrorNet } from '../parts/error-net';
import '../style/tokens.css';
import '../style/base.css';
import '../style/landing.css';
import '../style/thread.css';
import '../style/composer.css';
import '../style/sheet.css';

/** Ours, from this address. Where it is not there at once the system's font stays: nothing moves, nobody waits. */
const figtree = localFont({
  src: '../../node_modules/@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2',
  weight: '300 900',
  display: 'optional',
  fallback: ['system-ui', 'sans-serif'],
});

/** Keeps the page on the device (`public/sw.js`), where the browser can. */
function keepForLater(): void {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  serviceWorker?.register('/sw.js').catch(() => undefined);
}

/** What every page has. */
export default function App({ Component, pageProps }: AppProps): ReactElement {
  useEffect(keepForLater, []);
  return (
    <div className={`app ${figtree.className}`}>
      <Head>
        <title>DovvyBuddy, the diving assistant</title>
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <meta
          name="description"
          content="Ask about dive courses, places and safety. Answers come from reviewed notes, with their sources."
        />
      </Head>
      <ErrorNet>
        <Component {...pageProps} />
      </ErrorNet>
    </div>
  );
}
