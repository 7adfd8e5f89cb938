import { z } from 'zod';

/** The most characters (UTF-16 units, as JavaScript and browsers count) of one message. */
export const messageCharactersMax = 2000;

/** Control characters other than tab and line breaks have no business in a question, and PostgreSQL refuses NUL. */
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Half of a character: it has no UTF-8 form, so neither PostgreSQL nor a model could be given it. */
const loneSurrogate = /\p{Surrogate}/gu;

const shortText = z.string().trim().max(200);

/** What a diver may tell about himself; it colours answers and follow-up questions. */
export const diverProfileSchema = z.strictObject({
  certificationLevel: shortText.optional().meta({ examples: ['PADI Open Water'] }),
  agency: shortText.optional().meta({ examples: ['PADI', 'SSI'] }),
  loggedDives: z.number().int().min(0).max(100_000).optional(),
  interests: z.array(shortText).max(20).optional(),
  location: shortText.optional().meta({ description: 'Where the diver is or travels to.' }),
  lastDive: shortText.optional(),
});

/** The body of `POST /api/chat`. */
export const chatRequestSchema = z
  .strictObject({
    message: z
      .string()
      .max(messageCharactersMax, `must have at most ${String(messageCharactersMax)} characters`)
      .transform((text) =>
        text.replace(loneSurrogate, '\ufffd').replace(controlCharacters, ' ').trim(),
      )
      .pipe(z.string().min(1, 'must hold at least one visible character')),
    sessionId: z.uuid('must be a session id from an earlier answer').optional(),
    diverProfile: diverProfileSchema.optional(),
  })
  .meta({ id: 'ChatRequest' });

/** Which of the assistant's roles answered. */
export const agentTypes = ['certification', 'trip', 'safety', 'general'] as const;

/** Where a statement of an answer comes from. */
export const citationSchema = z.object({
  title: z.string(),
  slug: z.string().meta({ description: 'The document in content/.' }),
  area: z.string(),
  section: z.string(),
});

/** The body of an answer. */
export const chatResponseSchema = z
  .object({
    response: z.string(),
    sessionId: z.uuid(),
    agentType: z.enum(agentTypes),
    followUpQuestion: z.string().optional(),
    citations: z.array(citationSchema),
    metadata: z.object({
      requestId: z.string(),
      mode: z.enum(['redirect', 'extractive', 'model']).meta({
        description:
          'How the answer came about: a safe redirect, quoted from content, or written by a model.',
      }),
      safety: z.enum(['safe', 'medical', 'emergency']),
      provider: z.string().optional(),
      model: z.string().optional(),
      sessionRestarted: z.boolean().optional().meta({
        description: 'The given session had expired or was unknown; this answer began a new one.',
      }),
      stored: z.boolean().optional().meta({
        description: 'False if an emergency answer was given although it could not be stored.',
      }),
    }),
  })
  .meta({ id: 'ChatResponse' });

/** A checked chat request. */
export type ChatRequest = z.output<typeof chatRequestSchema>;
/** An answer. */
export type ChatResponse = z.output<typeof chatResponseSchema>;
/** A source of an answer. */
export type Citation = z.output<typeof citationSchema>;
/** One of the assistant's roles. */
export type AgentType = (typeof agentTypes)[number];
/** What a diver told about himself. */
export type DiverProfile = z.output<typeof diverProfileSchema>;
