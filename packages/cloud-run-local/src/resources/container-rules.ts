/** What a container may not say because no process could be started or probed with it. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Container, Probe } from '@ascent/knative';
import { invalidArgument } from '../api/api-error.js';

type HttpGet = NonNullable<Probe['httpGet']>;

const portMax = 65_535;
/** What a request line may hold of a path: printable, no space. https://datatracker.ietf.org/doc/html/rfc3986#section-3.3 */
const pathPattern = /^[\x21-\x7e]*$/;

function checkPort(port: number | undefined, path: string): void {
  if (port === undefined || (port >= 1 && port <= portMax)) return;
  throw invalidArgument(`${path}: ${port} is no port; give 1 to ${portMax}.`);
}

/** Node's own rules are asked, since Node sends the header. */
function checkHeader(name: string, value: string, path: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw invalidArgument(`${path}: '${name}' with value '${value}' is no HTTP header.`);
  }
}

function checkHttpGet(httpGet: HttpGet, path: string): void {
  const { path: target = '', httpHeaders = [] } = httpGet;
  if (!pathPattern.test(target)) {
    throw invalidArgument(
      `${path}.path: '${target}' is no path of a URL; write other characters as %XX.`,
    );
  }
  for (const [index, { name, value = '' }] of httpHeaders.entries()) {
    checkHeader(name, value, `${path}.httpHeaders[${index}]`);
  }
}

function checkProbe(probe: Probe, path: string): void {
  for (const kind of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    checkPort(probe[kind]?.port, `${path}.${kind}.port`);
  }
  if (probe.httpGet !== undefined) checkHttpGet(probe.httpGet, `${path}.httpGet`);
}

/** No program can be given text with a zero byte: the system ends it there. */
function checkText(text: string | undefined, path: string): void {
  if (text?.includes('\0') === true) {
    throw invalidArgument(`${path}: must not hold a NUL character (\\u0000).`);
  }
}

/**
 * Checks a container's probes and the text its program is started with.
 * @throws ApiError INVALID_ARGUMENT naming the field below `path`.
 */
export function checkContainer(container: Container, path: string): void {
  for (const kind of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
    const probe = container[kind];
    if (probe !== undefined) checkProbe(probe, `${path}.${kind}`);
  }
  for (const field of ['command', 'args'] as const) {
    container[field]?.forEach((text, index) => {
      checkText(text, `${path}.${field}[${index}]`);
    });
  }
  checkText(container.workingDir, `${path}.workingDir`);
  container.env?.forEach(({ name, value }, index) => {
    checkText(name, `${path}.env[${index}].name`);
    checkText(value, `${path}.env[${index}].value`);
  });
}
