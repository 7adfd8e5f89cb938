/** The switch of `docs/rollback.md`: which backend the page's `/api` is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NextConfig } from 'next';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

async function configFor(backendUrl: string): Promise<NextConfig> {
  vi.stubEnv('BACKEND_URL', backendUrl);
  return ((await import('../next.config.js')) as { readonly default: NextConfig }).default;
}

test.each([
  ['https://api.dovvybuddy.com', 'https://api.dovvybuddy.com/api/:path*'],
  ['https://api.dovvybuddy.com/', 'https://api.dovvybuddy.com/api/:path*'],
  ['http://127.0.0.1:8080/run/backend', 'http://127.0.0.1:8080/run/backend/api/:path*'],
])('BACKEND_URL=%s sends /api/* there', async (backendUrl, destination) => {
  const { rewrites } = await configFor(backendUrl);
  expect(await rewrites?.()).toMatchObject({
    beforeFiles: [{ source: '/api/:path*', destination }],
  });
});

test.each(['', '/api'])(
  'the way back: BACKEND_URL=%j leaves /api to the app',
  async (backendUrl) => {
    const { rewrites } = await configFor(backendUrl);
    expect(await rewrites?.()).toMatchObject({ beforeFiles: [], afterFiles: [], fallback: [] });
  },
);

test('anything else ends the build, with the value and the remedy', async () => {
  await expect(configFor('api.dovvybuddy.com')).rejects.toThrow(
    'BACKEND_URL is "api.dovvybuddy.com": give an address like https://api.dovvybuddy.com',
  );
});

test('a production build has the settings of the requirements', () => {
  const file = readFileSync(join(import.meta.dirname, '../.env.production'), 'utf8');
  expect(file).toContain('\nBACKEND_URL=https://api.dovvybuddy.com\n');
  expect(file).toContain('\nNEXT_PUBLIC_API_URL=/api\n');
  expect(file).toMatch(/\nNEXT_PUBLIC_SENTRY_DSN=\n/);
});
