/** What a request asks for, where it says so in another form than usual. */
import type { IncomingMessage } from 'node:http';

/**
 * A client that takes the front door for its proxy (`curl -x`) sends the whole URL; every server has to read that, and
 * its host goes before the `Host` header. RFC 9112 §3.2.2
 */
export function toOriginForm(incoming: IncomingMessage): void {
  const { url = '/' } = incoming;
  // Nearly every request has a path here.
  if (url.startsWith('/')) return;
  const absolute = /^http:\/\/([^/?#]+)(.*)$/i.exec(url);
  if (absolute === null) return;
  const [, host = '', path = ''] = absolute;
  incoming.headers.host = host;
  incoming.url = path.startsWith('/') ? path : `/${path}`;
}
