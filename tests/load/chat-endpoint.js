// The load test of the chat API for k6: k6 run --env BASE_URL=https://staging-api.dovvybuddy.com tests/load/chat-endpoint.js
// Many different questions, asked in conversations as divers have them. `npx ascent load` does the same without k6, and
// counts what slow answers hold back (k6's users wait for their answers, so they ask less while the service is slow).
import http from 'k6/http';
import { check, sleep } from 'k6';

export const options = {
  stages: [
    { duration: '2m', target: 10 }, // up
    { duration: '5m', target: 50 }, // to the full number
    { duration: '2m', target: 0 }, // and down
  ],
  thresholds: {
    http_req_duration: ['p(95)<5000'],
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.99'],
  },
};

const BASE_URL = __ENV.BASE_URL || 'https://staging-api.dovvybuddy.com';
const THINK_SECONDS = Number(__ENV.THINK_SECONDS || 1);

/** The turns of each conversation. k6 reads no YAML; the file's form is simple and a test holds the two together. */
export function readConversations(text) {
  const conversations = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('- name:')) conversations.push([]);
    const turn = /^ {4}- (.*)$/.exec(line);
    if (turn) conversations[conversations.length - 1].push(unquoted(turn[1]));
  }
  return conversations;
}

function unquoted(text) {
  if (/^'.*'$/.test(text)) return text.slice(1, -1).replace(/''/g, "'");
  return /^".*"$/.test(text) ? JSON.parse(text) : text;
}

const conversations = readConversations(open('../../content/eval/conversations.yaml'));

/** One conversation of one user. */
export default function () {
  const turns = conversations[Math.floor(Math.random() * conversations.length)];
  let sessionId;
  for (const message of turns) {
    const body = sessionId === undefined ? { message } : { message, sessionId };
    const response = http.post(`${BASE_URL}/api/chat`, JSON.stringify(body), {
      headers: { 'Content-Type': 'application/json' },
      tags: { name: 'chat' },
      timeout: '30s',
    });
    const answer = parsed(response);
    const answered = check(response, {
      'status is 200': (r) => r.status === 200,
      'answer has sessionId': () => typeof answer.sessionId === 'string' && answer.sessionId !== '',
      'answer has text': () => typeof answer.response === 'string' && answer.response.length > 0,
      'session is kept': () => sessionId === undefined || answer.sessionId === sessionId,
    });
    sleep(THINK_SECONDS);
    // A diver whose question failed starts anew.
    if (!answered) return;
    sessionId = answer.sessionId;
  }
}

/** The JSON of an answer; an answer that is none fails its checks instead of ending the user. */
function parsed(response) {
  try {
    return JSON.parse(response.body) || {};
  } catch {
    return {};
  }
}
