import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Passage } from '../content/passage.js';
import type { Retrieval } from '../content/retrieval.js';
import {
  historyMessagesMax,
  type Message,
  type SessionStore,
  type StoredProfile,
  type Turn,
} from '../data/session-store.js';
import { ApiError } from '../errors.js';
import type { Writer } from '../model/fallback.js';
import type { ProviderFault } from '../model/provider.js';
import { assessSituation, followsEmergency, type Situation } from './after-emergency.js';
import { findWithFigure } from './asked-figure.js';
import { chooseRedirect, listSaid } from './careful-answer.js';
import {
  diverProfileSchema,
  type ChatRequest,
  type ChatResponse,
  type DiverProfile,
} from './contract.js';
import type { ChatEvent } from './events.js';
import { ifItIsHappeningNow, nothingFound, quoteAnswer, type Answer } from './extractive-answer.js';
import { findForeignNotice, isForeignNotice } from './foreign-notice.js';
import { guardAnswer, isInjection } from './guard.js';
import { writeModelAnswer } from './model-answer.js';
import { answerEmergency, answerWhileEmergency } from './redirect.js';
import { assessSafety } from './safety.js';
import { findSmallTalk } from './small-talk.js';
import type { TurnContext } from './turn-context.js';
import type { TurnReport } from './turn-report.js';

/** What a conversation needs of the rest of the backend. */
export interface ConversationPorts {
  readonly sessions: SessionStore;
  readonly retrieval: Retrieval;
  readonly writer: Writer;
}

/**
 * Answers one message, event by event, and stores question and answer before the last event. Emergencies and medical
 * questions are recognised first and never reach a model. Throws an `ApiError` if the database cannot serve it; only an
 * emergency is answered even then.
 */
export async function* converse(
  ports: ConversationPorts,
  request: ChatRequest,
  context: TurnContext,
): AsyncGenerator<ChatEvent> {
  const { report } = context;
  report.safety = assessSafety(request.message);
  const turn = await beginTurn(ports, request, report);
  report.sessionId = turn.sessionId;
  const situation = assessSituation(request.message, report.safety, turn.history);
  report.safety = situation.safety;
  let isFinished = false;
  try {
    const passages = await findPassages(ports, request, { turn, report });
    const quoted = chooseAnswer(request, passages, { report, turn, situation });
    report.agentType = quoted.agentType;
    const { sessionId } = turn;
    yield {
      type: 'route',
      data: { sessionId, agentType: quoted.agentType, safety: report.safety },
    };
    const answer = yield* speak(ports, { request, passages, quoted, turn, context });
    const isStored = await finishTurn(ports, turn, { request, answer, report });
    isFinished = true;
    yield { type: 'final', data: toResponse(request, answer, { turn, context, isStored }) };
  } finally {
    if (!isFinished) await ports.sessions.abandonTurn(turn);
  }
}

/** A turn that exists nowhere but here: for an emergency while the database is away. */
type MaybeStoredTurn = Turn & { readonly isUnstored?: true };

/** How long an emergency waits for the database, or for an earlier answer of its session, before it is answered without them. */
const emergencyPatienceMs = 1_000;

async function beginTurn(
  { sessions }: ConversationPorts,
  { sessionId, diverProfile }: ChatRequest,
  { safety }: TurnReport,
): Promise<MaybeStoredTurn> {
  const taking = sessions.beginTurn(sessionId, diverProfile);
  if (safety !== 'emergency') return taking;
  const reading = readEarlier(sessions, sessionId);
  const turn = await inTime(taking);
  if (turn) return turn;
  // What is known by now, and nothing that takes longer.
  const history = (await Promise.race([reading, Promise.resolve(undefined)])) ?? [];
  // It may be given the turn yet, when nobody waits for it any more.
  taking.then(
    (late) => sessions.abandonTurn(late),
    () => undefined,
  );
  const diverSaid: StoredProfile | null = diverProfile ?? null;
  const token = randomUUID();
  return {
    sessionId: sessionId ?? token,
    isNew: true,
    history,
    diverProfile: diverSaid,
    token,
    isUnstored: true,
  };
}

/** What was said before, read without a turn: it may tell where somebody is. */
async function readEarlier(
  sessions: SessionStore,
  sessionId: string | undefined,
): Promise<readonly Message[]> {
  if (sessionId === undefined) return [];
  const session = await sessions.read(sessionId).catch(() => undefined);
  return (session?.messages ?? [])
    .slice(-historyMessagesMax)
    .map(({ role, content, safety }) => ({ role, content, safety, ageSeconds: 0 }));
}

async function finishTurn(
  { sessions }: ConversationPorts,
  turn: MaybeStoredTurn,
  {
    request,
    answer,
    report,
  }: { readonly request: ChatRequest; readonly answer: Answer; readonly report: TurnReport },
): Promise<boolean> {
  if (turn.isUnstored) return false;
  const { text, agentType, citations } = answer;
  const storing = sessions
    .finishTurn(turn, {
      question: request.message,
      answer: text,
      agentType,
      citations,
      safety: report.safety,
    })
    .then(() => true);
  return report.safety === 'emergency' ? ((await inTime(storing)) ?? false) : storing;
}

/** What a promise gives, or undefined if that takes too long for an emergency or the database cannot serve it. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  const patience = delay(emergencyPatienceMs, undefined, { signal: timer.signal }).catch(
    () => undefined,
  );
  try {
    return await Promise.race([work, patience]);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return undefined;
  } finally {
    timer.abort();
    // Whatever comes of it later is nobody's any more.
    work.catch(() => undefined);
  }
}

async function findPassages(
  { retrieval }: ConversationPorts,
  { message }: ChatRequest,
  { turn, report }: { readonly turn: Turn; readonly report: TurnReport },
): Promise<readonly Passage[]> {
  report.isInjection = isInjection(message);
  if (report.safety !== 'safe' || report.isInjection) return [];
  const earlier = turn.history.filter(({ role }) => role === 'user').map(({ content }) => content);
  const onMeaningFailure = (fault: ProviderFault): void => {
    report.fallbacks.push({ provider: 'gemini-embedding', fault });
  };
  const certificationLevel = readProfile(turn.diverProfile)?.certificationLevel;
  const passages = await findWithFigure({ message, earlier, certificationLevel }, (text) =>
    retrieval.find(text, earlier, onMeaningFailure),
  );
  report.passages = passages.length;
  return passages;
}

function chooseAnswer(
  { message }: ChatRequest,
  passages: readonly Passage[],
  parts: { readonly report: TurnReport; readonly turn: Turn; readonly situation: Situation },
): Answer {
  const { report, turn, situation } = parts;
  const redirect = chooseRedirect(message, turn, situation);
  if (redirect) return redirect;
  if (report.isInjection) return guardAnswer;
  const answer = findSmallTalk(message) ?? quoteFor(message, passages);
  if (!followsEmergency(turn.history)) return answer;
  if (answer === nothingFound || isForeignNotice(answer)) {
    report.safety = 'emergency';
    return answerWhileEmergency(...listSaid(message, turn));
  }
  return answer.text.endsWith(ifItIsHappeningNow)
    ? answer
    : { ...answer, text: `${answer.text}\n\n${ifItIsHappeningNow}` };
}

function quoteFor(message: string, passages: readonly Passage[]): Answer {
  const quoted = quoteAnswer(passages);
  return quoted === nothingFound ? (findForeignNotice(message) ?? quoted) : quoted;
}

/** Yields the answer's text and sources: a model's if one may speak and can, else the one that is there already. */
async function* speak(
  { writer }: ConversationPorts,
  parts: {
    readonly request: ChatRequest;
    readonly passages: readonly Passage[];
    readonly quoted: Answer;
    readonly turn: Turn;
    readonly context: TurnContext;
  },
): AsyncGenerator<ChatEvent, Answer> {
  const { quoted, passages, turn, context } = parts;
  const { report } = context;
  const isRedirect = report.safety !== 'safe' || report.isInjection;
  const { agentType } = quoted;
  const profile = readProfile(turn.diverProfile);
  const written =
    !isRedirect && writer.isConfigured
      ? yield* writeModelAnswer(
          writer,
          { agentType, message: parts.request.message, history: turn.history, passages, profile },
          context,
        )
      : undefined;
  if (written === 'alarm') {
    Object.assign(report, { safety: 'emergency', mode: 'redirect' });
    const redirect = answerEmergency(...listSaid(parts.request.message, turn));
    yield { type: 'token', data: { text: redirect.text } };
    for (const citation of redirect.citations) yield { type: 'citation', data: citation };
    return redirect;
  }
  if (written) {
    report.mode = 'model';
    const { followUpQuestion } = quoted;
    return { ...written, agentType, ...(followUpQuestion !== undefined && { followUpQuestion }) };
  }
  report.mode = isRedirect ? 'redirect' : 'extractive';
  report.isEmpty = quoted === nothingFound || isForeignNotice(quoted);
  yield { type: 'token', data: { text: quoted.text } };
  for (const citation of quoted.citations) yield { type: 'citation', data: citation };
  return quoted;
}

/** A profile that an earlier revision stored may look different: what cannot be read is left out. */
function readProfile(stored: StoredProfile | null): DiverProfile | null {
  const parsed = diverProfileSchema.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

function toResponse(
  request: ChatRequest,
  { text, citations, followUpQuestion }: Answer,
  {
    turn,
    context,
    isStored,
  }: { readonly turn: Turn; readonly context: TurnContext; readonly isStored: boolean },
): ChatResponse {
  const { agentType = 'general', mode = 'extractive', safety, provider, model } = context.report;
  return {
    response: text,
    sessionId: turn.sessionId,
    agentType,
    ...(followUpQuestion !== undefined && { followUpQuestion }),
    citations: [...citations],
    metadata: {
      requestId: context.requestId,
      mode,
      safety,
      ...(provider !== undefined && { provider }),
      ...(model !== undefined && { model }),
      ...(turn.isNew && isStored && request.sessionId !== undefined && { sessionRestarted: true }),
      ...(!isStored && { stored: false }),
    },
  };
}
