import { describe, expect, it } from 'vitest';
import { requestHeaders, responseHeaders, traceOf } from './forwarded-headers.js';

const traceId = 'a'.repeat(32);
const trace = { traceId, span: 255, sampled: true };

function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ''] as const] : [],
  );
}

describe('the headers of a request', () => {
  it('lose what is about one connection and gain where it came from', () => {
    const raw = ['Host', 'h', 'Connection', 'keep-alive', 'TE', 'trailers', 'Forwarded', 'for=x'];
    const seen = pairs(requestHeaders(raw, { remoteAddress: '::1', prefix: '/run/s', trace }));
    expect(seen).toEqual([
      ['host', 'h'],
      ['x-forwarded-for', '::1'],
      ['x-forwarded-proto', 'http'],
      ['forwarded', 'for="::1";proto=http'],
      ['traceparent', `00-${traceId}-00000000000000ff-01`],
      ['x-cloud-trace-context', `${traceId}/255;o=1`],
      ['x-forwarded-prefix', '/run/s'],
    ]);
  });

  it.each([
    ['the other hosts', ['Host', 'a', 'host', 'b'], [['host', 'a']]],
    [
      'what Connection names, but not the host',
      ['Host', 'h', 'Connection', 'close, X-Hop, host', 'x-hop', '1', 'x-kept', '2'],
      [
        ['host', 'h'],
        ['x-kept', '2'],
      ],
    ],
    ['no host and gain an empty one', [], [['host', '']]],
  ])('lose %s', (_what, raw, wanted) => {
    const seen = pairs(requestHeaders(raw, { remoteAddress: '::1', prefix: '', trace }));
    expect(seen.slice(0, -5)).toEqual(wanted);
  });
});

describe('the headers of a response', () => {
  it('become private when a cookie is set', () => {
    const raw = ['Set-Cookie', 'a=b', 'Cache-Control', 'public', 'Keep-Alive', 'timeout=5'];
    expect(pairs(responseHeaders(raw))).toEqual([
      ['set-cookie', 'a=b'],
      ['cache-control', 'private'],
    ]);
  });
});

describe('the trace', () => {
  it.each([
    [{ traceparent: `00-${traceId}-${'b'.repeat(16)}-01` }, true],
    [{ 'x-cloud-trace-context': `${traceId}/12;o=1` }, true],
    [{ 'x-cloud-trace-context': traceId }, false],
  ])('of %j goes on', (headers, sampled) => {
    expect(traceOf(headers)).toMatchObject({ traceId, sampled });
  });

  it.each([{}, { traceparent: 'nonsense' }])('of %j begins', (headers) => {
    expect(traceOf(headers)).toMatchObject({ sampled: false });
    expect(traceOf(headers).traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});
