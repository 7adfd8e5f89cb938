import { z } from 'zod';
import { chatRequestSchema, chatResponseSchema } from '../chat/contract.js';
import { apiErrors, type ApiErrorCode } from '../errors.js';
import { sessionSchema } from './session-routes.js';
import type { BuildInfo } from './health-routes.js';

const errorSchema = z.object({
  error: z.object({
    code: z.enum(Object.keys(apiErrors) as [ApiErrorCode, ...ApiErrorCode[]]),
    message: z.string(),
    requestId: z.string(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
});

const toSchema = (schema: z.ZodType, io: 'input' | 'output' = 'output'): object => {
  const described = z.toJSONSchema(schema, { io });
  // OpenAPI 3.1 speaks one dialect for the whole document.
  delete described.$schema;
  return described;
};

const jsonBody = (name: string): object => ({
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
});

/** The error answers of a route, described by the catalogue. */
function describeErrors(codes: readonly ApiErrorCode[]): Record<string, object> {
  const statuses = [...new Set(codes.map((code) => apiErrors[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const meanings = codes
        .filter((code) => apiErrors[code].status === status)
        .map((code) => `\`${code}\`: ${apiErrors[code].message}`);
      const retryAfter = {
        'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' },
      };
      const mayRetry = status === 429 || status === 503;
      return [
        String(status),
        {
          description: meanings.join('\n\n'),
          ...(mayRetry && { headers: retryAfter }),
          ...jsonBody('Error'),
        },
      ];
    }),
  );
}

const inputErrors = [
  'INVALID_REQUEST',
  'INVALID_JSON',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
] as const;
const passingErrors = [
  'RATE_LIMITED',
  'INTERNAL',
  'OVERLOADED',
  'DATABASE_BUSY',
  'DATABASE_UNAVAILABLE',
] as const;
const chatErrors = describeErrors([...inputErrors, ...passingErrors, 'SESSION_BUSY']);

const plainObject = { content: { 'application/json': { schema: { type: 'object' } } } };

const chatRequest = { requestBody: { required: true, ...jsonBody('ChatRequest') } };

const chatPaths = {
  '/api/chat': {
    post: {
      summary: 'Ask a question and get the whole answer',
      ...chatRequest,
      responses: {
        '200': { description: 'The answer.', ...jsonBody('ChatResponse') },
        ...chatErrors,
      },
    },
  },
  '/api/chat/stream': {
    post: {
      summary: 'Ask a question and get the answer as it is written',
      description:
        'Server-sent events: one `route`, then `token` and `citation`, then one `final` (a ChatResponse, which replaces the tokens) or one `error` (an Error). A comment is sent when nothing else was for 15 seconds.',
      ...chatRequest,
      responses: {
        '200': {
          description: 'The events.',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        ...chatErrors,
      },
    },
  },
  '/api/session/{id}': {
    get: {
      summary: 'Read a conversation',
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
      ],
      responses: {
        '200': { description: 'The conversation.', ...jsonBody('Session') },
        ...describeErrors(['INVALID_REQUEST', 'SESSION_NOT_FOUND', ...passingErrors]),
      },
    },
  },
};

const plain = (description: string): object => ({ '200': { description, ...plainObject } });

const operatorPaths = {
  '/health': {
    get: { summary: 'Is the process alive, and which build is it?', responses: plain('It is.') },
  },
  '/ready': {
    get: {
      summary: 'Does the database answer?',
      responses: { ...plain('It does.'), '503': { description: 'It does not.', ...plainObject } },
    },
  },
  '/openapi.json': { get: { summary: 'This description', responses: plain('It.') } },
  '/metrics': {
    get: {
      summary: "Counters in Prometheus' text format, if METRICS_ENABLED",
      responses: {
        '200': { description: 'They.', content: { 'text/plain': { schema: { type: 'string' } } } },
      },
    },
  },
};

/** The OpenAPI 3.1 description of every route; schemas come from those that check and write the bodies. */
export function describeApi({ version }: BuildInfo): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'DovvyBuddy',
      version,
      description:
        'A diving assistant. Every answer has an X-Request-ID header; send your own to find it in the logs.',
    },
    paths: { ...chatPaths, ...operatorPaths },
    components: {
      schemas: {
        ChatRequest: toSchema(chatRequestSchema, 'input'),
        ChatResponse: toSchema(chatResponseSchema),
        Session: toSchema(sessionSchema),
        Error: toSchema(errorSchema),
      },
    },
  };
}
