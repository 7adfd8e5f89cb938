import { expect, it } from 'vitest';
import { readLine } from './log-entry.js';

it.each([
  ['plain', { severity: 'DEFAULT', textPayload: 'plain' }],
  ['{broken', { severity: 'DEFAULT', textPayload: '{broken' }],
  [
    '{"severity":"error","message":"m","time":"2026-01-01T00:00:00Z"}',
    { severity: 'ERROR', jsonPayload: { message: 'm' }, timestamp: '2026-01-01T00:00:00Z' },
  ],
  [
    '{"logging.googleapis.com/spanId":"s","logging.googleapis.com/trace_sampled":true}',
    { severity: 'DEFAULT', jsonPayload: {}, spanId: 's', traceSampled: true },
  ],
  ['{"constructor":"c"}', { severity: 'DEFAULT', jsonPayload: { constructor: 'c' } }],
])('%s', (line, expected) => {
  expect(readLine(line)).toEqual(expected);
});
