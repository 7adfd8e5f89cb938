// A service whose troubles are real: requests that fail, requests that take long, a CPU that is busy, memory that is
// held. The file named by INCIDENT says which (`{"failing":true,…}`), for all instances at once; without it all is well.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';

/** One of four requests is hit, which is far above 5 % and leaves the others as they are. */
const ONE_IN = 4;
/** Above the rule's ten seconds. */
const SLOW_MS = 11_000;
/** Of the candidate's 512 MiB: above 90 %, and below what gets it killed. */
const HELD_BYTES = 0.95 * 512 * 2 ** 20;
const CHUNK_BYTES = 8 * 2 ** 20;

let incident = {};
let requests = 0;
let held = [];
let busy = null;

function look() {
  try {
    incident = JSON.parse(readFileSync(process.env.INCIDENT ?? '', 'utf8'));
  } catch {
    incident = {};
  }
  keepBusy(incident.busy === true);
  hold(incident.holding === true);
}

function keepBusy(wanted) {
  if (wanted) busy ??= new Worker('for (;;);', { eval: true });
  else if (busy !== null) {
    void busy.terminate();
    busy = null;
  }
}

function hold(wanted) {
  if (wanted) {
    while (process.memoryUsage.rss() + CHUNK_BYTES < HELD_BYTES) {
      held.push(Buffer.alloc(CHUNK_BYTES, 1));
    }
  } else if (held.length > 0) {
    held = [];
    globalThis.gc?.();
  }
}

look();
setInterval(look, 200);

createServer((request, response) => {
  if (request.url === '/health') return response.end('ok');
  const hit = (requests += 1) % ONE_IN;
  if (incident.failing === true && hit === 0) return response.writeHead(500).end('no');
  if (incident.slow === true && hit === 1) return setTimeout(() => response.end('late'), SLOW_MS);
  return response.end('ok');
}).listen(Number(process.env.PORT), '127.0.0.1');
