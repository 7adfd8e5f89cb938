import { expect, it } from 'vitest';
import { checkContainer } from './container-rules.js';

it.each([
  ['startupProbe.httpGet.path', { startupProbe: { httpGet: { path: '/a b' } } }],
  ['livenessProbe.httpGet.path', { livenessProbe: { httpGet: { path: '/ä' } } }],
  ['livenessProbe.httpGet.port', { livenessProbe: { httpGet: { port: 99_999 } } }],
  ['startupProbe.tcpSocket.port', { startupProbe: { tcpSocket: { port: 99_999 } } }],
  ['readinessProbe.grpc.port', { readinessProbe: { grpc: { port: 0 } } }],
  [
    'livenessProbe.httpGet.httpHeaders[0]',
    { livenessProbe: { httpGet: { httpHeaders: [{ name: 'a b', value: '' }] } } },
  ],
  [
    'startupProbe.httpGet.httpHeaders[1]',
    { startupProbe: { httpGet: { httpHeaders: [{ name: 'a' }, { name: 'b', value: 'a\nb' }] } } },
  ],
  ['command[0]', { command: ['a\0b'] }],
  ['args[1]', { args: ['a', '\0'] }],
  ['workingDir', { workingDir: '/\0' }],
  ['env[0].name', { env: [{ name: 'A\0', value: 'b' }] }],
  ['env[0].value', { env: [{ name: 'A', value: 'b\0' }] }],
])('refuses %s', (field, container) => {
  expect(() => {
    checkContainer({ image: 'a', ...container }, 'containers[0]');
  }).toThrow(`containers[0].${field}: `);
});

it('takes what a program can be started and probed with', () => {
  const probe = {
    httpGet: { path: '/a%20b?c=d', port: 65_535, httpHeaders: [{ name: 'X-A', value: 'b c' }] },
  };
  const container = {
    image: 'a',
    startupProbe: probe,
    livenessProbe: { tcpSocket: { port: 1 } },
    env: [{ name: 'A', value: '\u0001' }],
    args: ['-e', 'two\nlines'],
  };
  expect(() => {
    checkContainer(container, 'containers[0]');
  }).not.toThrow();
});
