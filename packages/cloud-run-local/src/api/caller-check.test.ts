import { expect, it } from 'vitest';
import { checkCaller } from './caller-check.js';

const host = '127.0.0.1:8080';

it.each([
  { host },
  { host: 'localhost' },
  { host: '[::1]:8080' },
  { host: 'api.localhost:8080' },
  { host: 'box.example:8080' },
  { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
])('answers %j', (headers) => {
  expect(() => {
    checkCaller(headers, 'box.example');
  }).not.toThrow();
});

it.each([
  [{ host: 'rebind.evil.example' }, 'Host'],
  [{ host: 'localhost.evil.example:8080' }, 'Host'],
  [{ host, origin: 'https://evil.example' }, 'Origin'],
  [{ host, origin: 'null' }, 'Origin'],
  [{ host, origin: 'http://127.0.0.1:9999' }, 'Origin'],
  [{ host, 'sec-fetch-site': 'cross-site' }, 'Sec-Fetch-Site'],
  [{ host, 'sec-fetch-site': 'same-site' }, 'Sec-Fetch-Site'],
] as const)('refuses %j', (headers, at) => {
  expect(() => {
    checkCaller(headers, '127.0.0.1');
  }).toThrow(at);
});
