/**
 * Asks a program for its health by gRPC. https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 *
 * One call with two tiny messages: the name of a service out, a number back. A library for that would be larger than
 * all probes together.
 */
import { connect, constants } from 'node:http2';

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_CONTENT_TYPE, HTTP2_HEADER_TE } =
  constants;

/** What an attempt found: `refused` where nobody listens. */
export type HealthAttempt = 'passed' | 'failed' | 'refused';

const checkHeaders = {
  [HTTP2_HEADER_METHOD]: 'POST',
  [HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
  [HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
  [HTTP2_HEADER_TE]: 'trailers',
} as const;

/** `HealthCheckResponse { status: SERVING }` with the five bytes every message begins with. */
const servingAnswer = Buffer.from([0, 0, 0, 0, 2, 0x08, 1]);

/** `HealthCheckRequest { service }`, likewise. Names of 128 bytes and more are not sent whole. */
function requestMessage(service: string): Buffer {
  const name = Buffer.from(service).subarray(0, 127);
  const message = name.length === 0 ? name : Buffer.from([0x0a, name.length, ...name]);
  return Buffer.from([0, 0, 0, 0, message.length, ...message]);
}

/** One `Check` of the service of that name; an empty name asks for the program as a whole. */
export function checkGrpcHealth(
  port: number,
  service: string,
  timeoutMs: number,
): Promise<HealthAttempt> {
  return new Promise((resolve) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const finish = (attempt: HealthAttempt): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(attempt);
    };
    const timer = setTimeout(() => {
      finish('failed');
    }, timeoutMs);
    let answered = false;
    // A connection that ends without an answer: nobody listens there, or nobody behind the relay that took it.
    const end = (): void => {
      finish(answered ? 'failed' : 'refused');
    };
    session.once('error', end).once('close', end);
    session.once('connect', () => {
      const stream = session.request(checkHeaders);
      const chunks: Buffer[] = [];
      stream.on('error', () => undefined);
      stream.once('response', () => {
        answered = true;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('close', () => {
        if (Buffer.concat(chunks).equals(servingAnswer)) finish('passed');
        else end();
      });
      stream.end(requestMessage(service));
    });
  });
}
