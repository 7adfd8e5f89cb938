import { expect, test } from 'vitest';
import { ConfigError, findSuspiciousSettings, readConfig, type Config } from './config.js';

const needed = { DATABASE_URL: 'postgres://u:p@localhost/db' };
const read = (settings: Readonly<Record<string, string>>): Config =>
  readConfig({ ...needed, ...settings });

function faultsOf(settings: Readonly<Record<string, string>>): readonly string[] {
  try {
    readConfig(settings);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.faults : [String(error)];
  }
}

test('all faults are named at once, with variable, value and what it must be', () => {
  const faults = faultsOf({ PORT: 'abc', LOG_LEVEL: 'loud', SENTRY_DSN: 'https://example.com/1' });
  expect(faults).toHaveLength(4);
  expect(faults.join('\n')).toContain('PORT is "abc": must be a whole number from 0 to 65535');
  expect(faults.join('\n')).toContain('DATABASE_URL is missing');
  expect(faults.join('\n')).toContain('SENTRY_DSN is (hidden): must be https://key@host/number');
});

test.each(['nonsense', 'https://a.example/path', '*', 'https://a.example/', 'ftp://a.example'])(
  'an origin that no browser sends ("%s") is refused',
  (origin) => {
    const settings = { ...needed, CORS_ORIGINS: `https://good.example, ${origin}` };
    expect(faultsOf(settings)).toEqual([expect.stringContaining(`wrong: ${origin}`)]);
  },
);

test('origins are a list', () => {
  const { CORS_ORIGINS } = read({ CORS_ORIGINS: 'https://a.example, http://localhost:3000,' });
  expect(CORS_ORIGINS).toEqual(['https://a.example', 'http://localhost:3000']);
  expect(read({}).CORS_ORIGINS).toEqual([]);
});

test('settings without an effect are pointed out', () => {
  expect(findSuspiciousSettings(read({}))).toEqual([]);
  expect(findSuspiciousSettings(read({ ENABLE_RAG: 'false' }))[0]).toContain('no question');
  const model = { DEFAULT_LLM_MODEL: 'gemini-2.5-flash', GROQ_API_KEY: 'x' };
  expect(findSuspiciousSettings(read(model))[0]).toContain('no key for its provider');
  expect(findSuspiciousSettings(read({ ...model, GEMINI_API_KEY: 'y' }))).toEqual([]);
});
