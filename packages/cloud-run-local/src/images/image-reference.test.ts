import { expect, it } from 'vitest';
import { parseImageReference } from './image-reference.js';

const digest = `sha256:${'0'.repeat(64)}`;

it.each([
  ['backend', { name: 'backend', tag: 'latest', digest: undefined }],
  ['backend:1', { name: 'backend', tag: '1', digest: undefined }],
  [
    'us-central1-docker.pkg.dev/p/r/backend:1',
    { name: 'us-central1-docker.pkg.dev/p/r/backend', tag: '1', digest: undefined },
  ],
  ['localhost:5000/a', { name: 'localhost:5000/a', tag: 'latest', digest: undefined }],
  [`a@${digest}`, { name: 'a', tag: undefined, digest }],
  [`a:1@${digest}`, { name: 'a', tag: '1', digest }],
  ['', undefined],
  ['../etc', undefined],
  ['a/../b', undefined],
  ['a b', undefined],
  ['a@sha256:12', undefined],
])('%s', (text, expected) => {
  expect(parseImageReference(text)).toEqual(expected);
});
