import { existsSync } from 'node:fs';

const { BACKEND_URL = '', NEXT_PUBLIC_SENTRY_DSN = '', WEB_DIST_DIR } = process.env;

/** Where the browser may report errors to. */
const sentryOrigin = NEXT_PUBLIC_SENTRY_DSN === '' ? '' : new URL(NEXT_PUBLIC_SENTRY_DSN).origin;

/**
 * Everything comes from this address. The pages are static: after the build `tools/seal.js` puts the hashes of their inline
 * scripts in the place of 'unsafe-inline'.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "manifest-src 'self'",
  `connect-src 'self' ${sentryOrigin}`.trim(),
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const securityHeaders = [
  { key: 'Content-Security-Policy', value: contentSecurityPolicy },
  { key: 'Strict-Transport-Security', value: 'max-age=63072000; includeSubDomains' },
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'no-referrer' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  {
    key: 'Permissions-Policy',
    value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  },
];

/**
 * The API's address, checked. Empty or `/api` is the way back of `docs/rollback.md`: nothing is rewritten, and Next's own
 * routes under `/api` answer. @throws Error where it is neither that nor an http(s) address
 */
function readBackendUrl() {
  if (BACKEND_URL === '' || BACKEND_URL === '/api') return null;
  if (!/^https?:\/\/[^/]/.test(BACKEND_URL)) {
    throw new Error(
      `BACKEND_URL is ${JSON.stringify(BACKEND_URL)}: give an address like https://api.dovvybuddy.com, or nothing for the routes of this app`,
    );
  }
  return BACKEND_URL.replace(/\/+$/, '');
}

const backendUrl = readBackendUrl();
if (backendUrl === null && !existsSync(new URL('src/pages/api', import.meta.url))) {
  process.stderr.write(
    `BACKEND_URL is ${JSON.stringify(BACKEND_URL)}: /api is answered by src/pages/api, and there is none\n`,
  );
}

/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Vercel compresses by itself; Next's own compression would hold back the events of a stream.
  compress: false,
  // `npm run types -w apps/web` checks them; a build need not do it again.
  typescript: { ignoreBuildErrors: true },
  // The page gives a silent stream 45 s (`src/chat/api.ts`), Next.js half a minute.
  experimental: { proxyTimeout: 60_000 },
  distDir: WEB_DIST_DIR ?? '.next',
  rewrites: () =>
    Promise.resolve({
      beforeFiles:
        backendUrl === null
          ? []
          : [{ source: '/api/:path*', destination: `${backendUrl}/api/:path*` }],
      afterFiles: [],
      fallback: [],
    }),
  headers: () =>
    Promise.resolve([
      { source: '/((?!api/).*)', headers: securityHeaders },
      {
        source: '/notes/:path*',
        headers: [{ key: 'Cache-Control', value: 'public, max-age=86400' }],
      },
    ]),
};

export default config;
