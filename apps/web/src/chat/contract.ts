/**
 * What the page knows of the chat API (`GET /openapi.json` of the backend describes all of it). Written by hand, since a
 * schema library would weigh more than the page: what arrives is read field by field, and what is missing gets a default.
 */

/** The most characters of one message. */
export const messageCharactersMax = 2000;

/** What the backend thinks of a message: harmless, for a physician, or for the emergency services. */
export type SafetyLabel = 'safe' | 'medical' | 'emergency';

/** Which of the assistant's roles answers. */
export type AgentType = 'certification' | 'trip' | 'safety' | 'general';

/** Where a statement of an answer comes from. */
export type Citation = {
  readonly title: string;
  readonly slug: string;
  readonly area: string;
  readonly section: string;
};

/** What a diver tells about himself; it stays on his device and goes along with every question. */
export type DiverProfile = {
  readonly certificationLevel?: string;
  readonly agency?: string;
  readonly loggedDives?: number;
  readonly location?: string;
};

/** An answer as far as it has come. */
export type Answer = {
  readonly text: string;
  readonly agentType: AgentType;
  readonly safety: SafetyLabel;
  readonly citations: readonly Citation[];
  readonly followUpQuestion: string | null;
  /** The backend had forgotten the conversation: it answered without what was said before. */
  readonly isRestarted: boolean;
};

/** One event of the stream, in the page's own words. */
export type ChatEvent =
  | {
      readonly type: 'route';
      readonly sessionId: string;
      readonly agentType: AgentType;
      readonly safety: SafetyLabel;
    }
  | { readonly type: 'token'; readonly text: string }
  | { readonly type: 'citation'; readonly citation: Citation }
  | { readonly type: 'final'; readonly sessionId: string; readonly answer: Answer }
  | { readonly type: 'error'; readonly code: string };

/** One message of a conversation that the backend has kept. */
export type StoredMessage = {
  readonly role: 'user' | 'assistant';
  readonly content: string;
  readonly agentType: AgentType;
  readonly safety: SafetyLabel;
  readonly citations: readonly Citation[];
};

type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; of anything else none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** The text in `value`, or nothing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function agentOf(value: unknown): AgentType {
  return value === 'certification' || value === 'trip' || value === 'safety' ? value : 'general';
}

function safetyOf(value: unknown): SafetyLabel {
  return value === 'medical' || value === 'emergency' ? value : 'safe';
}

function readCitation(value: unknown): Citation {
  const { title, slug, area, section } = fieldsOf(value);
  return {
    title: textOf(title),
    slug: textOf(slug),
    area: textOf(area),
    section: textOf(section),
  };
}

/** One server-sent event, or `null` for a kind that a newer backend may send. */
export function readEvent(type: string, data: unknown): ChatEvent | null {
  const fields = fieldsOf(data);
  switch (type) {
    case 'route':
      return {
        type,
        sessionId: textOf(fields['sessionId']),
        agentType: agentOf(fields['agentType']),
        safety: safetyOf(fields['safety']),
      };
    case 'token':
      return { type, text: textOf(fields['text']) };
    case 'citation':
      return { type, citation: readCitation(data) };
    case 'final':
      return { type, sessionId: textOf(fields['sessionId']), answer: readAnswer(fields) };
    case 'error':
      return { type, code: errorCodeOf(data) };
    default:
      return null;
  }
}

function readAnswer(fields: Fields): Answer {
  const metadata = fieldsOf(fields['metadata']);
  const followUp = textOf(fields['followUpQuestion']);
  return {
    text: textOf(fields['response']),
    agentType: agentOf(fields['agentType']),
    safety: safetyOf(metadata['safety']),
    citations: listOf(fields['citations']).map(readCitation),
    followUpQuestion: followUp === '' ? null : followUp,
    isRestarted: metadata['sessionRestarted'] === true,
  };
}

/** The code in the API's error envelope; empty where it is not one. */
export function errorCodeOf(body: unknown): string {
  return textOf(fieldsOf(fieldsOf(body)['error'])['code']);
}

/** The messages of `GET /api/session/{id}`. */
export function readMessages(body: unknown): readonly StoredMessage[] {
  return listOf(fieldsOf(body)['messages']).map((message) => {
    const { role, content, agentType, safety, citations } = fieldsOf(message);
    const text = textOf(content);
    return {
      role: role === 'user' ? 'user' : 'assistant',
      content: text,
      agentType: agentOf(agentType),
      // Revisions before the label was kept can still be known by their words.
      safety: /^This (still )?sounds like an emergency/.test(text) ? 'emergency' : safetyOf(safety),
      citations: listOf(citations).map(readCitation),
    };
  });
}
