import { Head, Html, Main, NextScript } from 'next/document';
import type { ReactElement } from 'react';
import { earlyScript } from '../lib/early-script';

/** The frame of every page. */
export default function Document(): ReactElement {
  return (
    <Html lang="en">
      <Head>
        <meta name="theme-color" content="#f1fafb" media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content="#0b2a3a" media="(prefers-color-scheme: dark)" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="manifest" href="/manifest.webmanifest" />
        <script dangerouslySetInnerHTML={{ __html: earlyScript }} />
      </Head>
      <body>
        <Main />
        <NextScript />
      </body>
    </Html>
  );
}
