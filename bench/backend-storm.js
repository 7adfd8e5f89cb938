// `npm run bench:backend -- --storm`: what the backend does in bad weather, at full length. Ten times the load it can carry
// for 60 s; PostgreSQL stopped for 20 s in the middle of load; a model provider that hangs. Every answer must be 200, 429 or
// 503 with Retry-After, the process must live, answer again within 5 s, and hold every message that it accepted.
import { performance } from 'node:perf_hooks';

const question = JSON.stringify({ message: 'What is a safety stop?' });

/** What came back, and which answers must be readable afterwards. */
function createTally() {
  return { statuses: new Map(), accepted: [], withoutRetryAfter: 0, broken: 0, answeredAtMs: [] };
}

async function ask(url, tally) {
  try {
    const response = await fetch(`${url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: question,
      signal: AbortSignal.timeout(60_000),
    });
    const body = await response.json();
    tally.statuses.set(response.status, (tally.statuses.get(response.status) ?? 0) + 1);
    if (response.status === 200) {
      tally.accepted.push({
        sessionId: body.sessionId,
        response: body.response,
        mode: body.metadata.mode,
      });
      tally.answeredAtMs.push(performance.now());
    } else if (!/^[1-9]\d*$/.test(response.headers.get('retry-after') ?? '')) {
      tally.withoutRetryAfter++;
    }
  } catch {
    tally.broken++;
  }
}

/** So many users, each asking again as soon as it is answered (a refused one waits a moment, as a client would). */
async function loadFor(url, { users, seconds, pauseMs }) {
  const tally = createTally();
  const endMs = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: users }, async () => {
      while (performance.now() < endMs) {
        await ask(url, tally);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }),
  );
  return tally;
}

/** How long after a trouble's end the next question is answered. */
async function measureRecovery(url) {
  const startedMs = performance.now();
  for (;;) {
    const tally = createTally();
    await ask(url, tally);
    if (tally.accepted.length > 0) return (performance.now() - startedMs) / 1000;
    if (performance.now() - startedMs > 60_000) return Infinity;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How many accepted answers cannot be read back word for word. */
async function countLost(url, accepted) {
  let lost = 0;
  const queue = [...accepted];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let entry = queue.pop(); entry; entry = queue.pop()) {
        const response = await fetch(`${url}/api/session/${entry.sessionId}`);
        const body = response.status === 200 ? await response.json() : { messages: [] };
        if (body.messages.at(-1)?.content !== entry.response) lost++;
      }
    }),
  );
  return lost;
}

function describe(tally) {
  const statuses = [...tally.statuses].sort(([a], [b]) => a - b);
  return statuses.map(([status, count]) => `${String(count)} × ${String(status)}`).join(', ');
}

function judge(name, { tally, recoverySeconds, lost, isAlive }) {
  const foreign = [...tally.statuses.keys()].filter((status) => ![200, 429, 503].includes(status));
  const isMet =
    foreign.length === 0 &&
    tally.withoutRetryAfter === 0 &&
    tally.broken === 0 &&
    isAlive &&
    lost === 0 &&
    recoverySeconds < 5;
  return {
    name,
    isMet,
    answers: describe(tally),
    withoutRetryAfter: tally.withoutRetryAfter,
    broken: tally.broken,
    recoverySeconds: Math.round(recoverySeconds * 100) / 100,
    lost: `${String(lost)} of ${String(tally.accepted.length)}`,
    isAlive,
  };
}

/**
 * Runs the three storms. `begin(settings)` starts a backend and resolves to its URL, `isAlive` and `stop`; `database` stops
 * and starts PostgreSQL; `provider` is a server that accepts a call and never answers.
 */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- plain JavaScript has no types to write
export async function runStorms({ begin, database, provider, seconds, say }) {
  const storms = [
    ['overload at ten times capacity', () => overload(begin, seconds)],
    ['PostgreSQL away for 20 s in the middle of load', () => loseDatabase(begin, database)],
    ['the provider hangs', () => hangProvider(begin, provider, seconds)],
  ];
  const results = [];
  for (const [name, run] of storms) {
    const result = judge(name, await run());
    say(JSON.stringify(result));
    results.push(result);
  }
  return results;
}

async function finish(backend, tally) {
  const recoverySeconds = await measureRecovery(backend.url);
  const lost = await countLost(backend.url, tally.accepted);
  const isAlive = backend.isAlive();
  await backend.stop();
  return { tally, recoverySeconds, lost, isAlive };
}

/** The gate lets 40 in; 400 users ask at once, all the time. */
async function overload(begin, seconds) {
  const backend = await begin({ CHAT_INFLIGHT_MAX: '40' });
  const tally = await loadFor(backend.url, { users: 400, seconds, pauseMs: 100 });
  return finish(backend, tally);
}

async function loseDatabase(begin, database) {
  const backend = await begin({});
  const load = loadFor(backend.url, { users: 20, seconds: 50, pauseMs: 50 });
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  await database.stop();
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  await database.start();
  const backAtMs = performance.now();
  const tally = await load;
  const firstMs = tally.answeredAtMs.filter((atMs) => atMs > backAtMs).sort((a, b) => a - b)[0];
  const result = await finish(backend, tally);
  return {
    ...result,
    recoverySeconds: firstMs === undefined ? Infinity : (firstMs - backAtMs) / 1000,
  };
}

/** The model has two seconds to say its first word; then the answer is quoted from the content. */
async function hangProvider(begin, provider, seconds) {
  const backend = await begin({
    GROQ_API_KEY: 'bench',
    GROQ_BASE_URL: provider.url,
    LLM_FIRST_TOKEN_TIMEOUT_MS: '2000',
    LLM_TIMEOUT_MS: '4000',
  });
  const tally = await loadFor(backend.url, {
    users: 50,
    seconds: Math.min(seconds, 30),
    pauseMs: 50,
  });
  return finish(backend, tally);
}
