import { expect, it } from 'vitest';
import { makeEtag } from './etag.js';

it('has the form of the recorded one', () => {
  // The recording begins "CJit-bUGENjV3McC/cHJvamVj: 2024-08-15T19:27:20.687287Z and "projec".
  const timeUs = 1_723_750_040_687_287;
  const etag = makeEtag(timeUs, 'projects/p');
  const [timestamp = '', name = ''] = etag.slice(1, -1).split('/');
  expect(etag).toMatch(/^".*"$/);
  expect(timestamp).toBe('CJit-bUGENjV3McC');
  expect(name.startsWith('cHJvamVj')).toBe(true);
  expect(Buffer.from(name, 'base64url').toString()).toBe('projects/p');
});
