import { z } from 'zod';

const flag = z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'], case: 'insensitive' });
const whole = (min: number, max: number): z.ZodType<number> => {
  const error = `must be a whole number from ${String(min)} to ${String(max)}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};

/** Origins as browsers send them: scheme and host, perhaps a port, and nothing after it. */
const origins = z.string().transform((list, context) => {
  const all = list
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  const wrong = all.filter((origin) => !isOrigin(origin));
  if (wrong.length > 0) {
    context.addIssue({
      code: 'custom',
      message: `must be origins such as https://dovvybuddy.com, comma-separated; wrong: ${wrong.join(' ')}`,
    });
  }
  return all;
});

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
const setting = <T>(type: z.ZodType<T>, fallback: string): z.ZodType<T> =>
  z
    .string()
    .default(fallback)
    .pipe(type as z.ZodType<T, string>);

/**
 * Every environment variable the backend reads, with its default. Numbers carry their unit in the name; a variable that
 * is set but empty counts as not set, as Cloud Run's console leaves them.
 */
const environmentSchema = z.object({
  /** TCP port; Cloud Run sets it. */
  PORT: setting(whole(0, 65_535), '8000'),
  HOST: z.string().default('0.0.0.0'),
  ENVIRONMENT: z.enum(['development', 'staging', 'production']).default('development'),
  /** What is running: reported by /health, in logs and to Sentry. */
  VERSION: z.string().default('0.0.0-dev'),
  COMMIT: z.string().default('unknown'),

  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'must be postgres://user:password@host:port/database',
  }),
  /** Connections per instance; ten instances of 20 are the most that a database with 250 connections bears. */
  DATABASE_POOL_MAX: setting(whole(1, 100), '10'),
  /** How long a request waits for a free connection before it gets 503. */
  DATABASE_ACQUIRE_TIMEOUT_MS: setting(whole(1, 60_000), '2000'),
  /** How many requests may wait for a connection; the next one gets 503 at once. */
  DATABASE_QUEUE_MAX: setting(whole(0, 10_000), '200'),
  DATABASE_CONNECT_TIMEOUT_MS: setting(whole(100, 60_000), '5000'),
  /** How long an unused connection is kept. */
  DATABASE_IDLE_TIMEOUT_MS: setting(whole(1, 86_400_000), '300000'),
  /** The server cancels a statement that takes longer. */
  DATABASE_STATEMENT_TIMEOUT_MS: setting(whole(1, 600_000), '5000'),
  /** How long a starting instance waits for a database that does not answer before it gives up. */
  DATABASE_STARTUP_TIMEOUT_MS: setting(whole(0, 600_000), '30000'),
  /** Apply missing migrations when starting (otherwise `npm run migrate` does, before the deployment). */
  MIGRATE_ON_START: setting(flag, 'false'),

  /** Answer from content/; without it only a model answers. */
  ENABLE_RAG: setting(flag, 'true'),
  CONTENT_DIR: z.string().default('content'),
  SESSION_EXPIRY_HOURS: setting(whole(1, 24 * 365), '24'),
  /** Expired sessions are deleted this often; 0 never. */
  SESSION_SWEEP_INTERVAL_MS: setting(whole(0, 86_400_000), '600000'),

  /** Chat requests worked on at once by this instance; the next one gets 503. */
  CHAT_INFLIGHT_MAX: setting(whole(1, 10_000), '200'),
  /** When the event loop runs later than this for two seconds on end, new messages get 503. */
  EVENT_LOOP_LAG_MAX_MS: setting(whole(10, 60_000), '1000'),
  /** Requests per minute, client address and instance; 0 is no limit. */
  RATE_LIMIT_PER_MINUTE: setting(whole(0, 1_000_000), '600'),
  /** How many proxies in front add to X-Forwarded-For (Cloud Run's front end is one). */
  TRUSTED_PROXY_HOPS: setting(whole(0, 10), '1'),
  BODY_LIMIT_BYTES: setting(whole(1_024, 1_048_576), '32768'),
  /** Comma-separated origins of pages that may call the API; empty: none. */
  CORS_ORIGINS: setting(origins, ''),

  /** Which provider is asked first; the other one is its fallback. Without any key answers are quoted from content. */
  DEFAULT_LLM_PROVIDER: z.enum(['groq', 'gemini']).default('groq'),
  /** Model of the provider it belongs to (`gemini-…` is Gemini's, everything else Groq's). */
  DEFAULT_LLM_MODEL: z.string().optional(),
  GROQ_API_KEY: z.string().optional(),
  GEMINI_API_KEY: z.string().optional(),
  /** For a gateway or a local server that speaks the provider's protocol. */
  GROQ_BASE_URL: z.url().optional(),
  GEMINI_BASE_URL: z.url().optional(),
  /** Until a provider's first word, and until its last; then the other provider is asked. */
  LLM_FIRST_TOKEN_TIMEOUT_MS: setting(whole(50, 60_000), '6000'),
  LLM_TIMEOUT_MS: setting(whole(50, 60_000), '20000'),

  /** Gemini's model for searching by meaning; used where GEMINI_API_KEY and PostgreSQL's extension "vector" are present. */
  EMBEDDING_MODEL: z.string().default('gemini-embedding-001'),
  /** How long a question waits for its vector; then full text alone answers. */
  EMBEDDING_TIMEOUT_MS: setting(whole(50, 10_000), '800'),
  /** Cosine from which a passage counts as meaning what was asked; depends on the model. */
  EMBEDDING_SIMILARITY_MIN: setting(z.coerce.number().min(0).max(1), '0.7'),
  /** When embedding the content is tried again after a failure. */
  EMBEDDING_RETRY_INTERVAL_MS: setting(whole(100, 3_600_000), '60000'),

  /** Errors and traces go to Sentry if it is set. */
  SENTRY_DSN: z
    .string()
    .regex(/^https?:\/\/[^@\s/]+@[^@\s/]+\/(?:\S+\/)?\d+$/, 'must be https://key@host/number')
    .optional(),
  SENTRY_ENVIRONMENT: z.string().optional(),
  SENTRY_TRACES_SAMPLE_RATE: setting(z.coerce.number().min(0).max(1), '0.1'),
  /** Serve counters at /metrics in Prometheus' text format. */
  METRICS_ENABLED: setting(flag, 'false'),

  LOG_LEVEL: z
    .string()
    .default('info')
    .transform((level) => level.toLowerCase())
    .pipe(z.enum(['debug', 'info', 'warning', 'error', 'silent'])),
  LOG_JSON: setting(flag, 'true'),
  /** Makes log entries show under their trace in Cloud Logging. */
  GOOGLE_CLOUD_PROJECT: z.string().optional(),
  K_SERVICE: z.string().optional(),
  K_REVISION: z.string().optional(),
});

/** The validated configuration, frozen; names are those of the environment variables. */
export type Config = Readonly<z.infer<typeof environmentSchema>>;

/** Thrown when the environment does not make sense: one line per fault, all of them. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** Variables whose value must not appear in an error or a log. */
const secretNames = /URL|KEY|DSN|TOKEN|PASSWORD/;

/** Reads the configuration. Throws a {@link ConfigError} that names every fault with its variable and value. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(set);
  if (parsed.success) return Object.freeze(parsed.data);
  throw new ConfigError(parsed.error.issues.map((issue) => describeFault(issue, set)));
}

function describeFault(
  issue: z.core.$ZodIssue,
  set: Readonly<Record<string, string | undefined>>,
): string {
  const name = String(issue.path[0]);
  const value = set[name];
  if (value === undefined) return `${name} is missing: ${issue.message}`;
  return `${name} is ${secretNames.test(name) ? '(hidden)' : JSON.stringify(value)}: ${issue.message}`;
}

/** Settings that are obeyed but are probably a slip; logged as warnings at start. */
export function findSuspiciousSettings(config: Config): readonly string[] {
  const perhapsSeconds = [
    'DATABASE_ACQUIRE_TIMEOUT_MS',
    'DATABASE_IDLE_TIMEOUT_MS',
    'DATABASE_STATEMENT_TIMEOUT_MS',
  ] as const;
  return [
    ...perhapsSeconds
      .filter((name) => config[name] < 100)
      .map((name) => `${name} is ${String(config[name])} milliseconds; were seconds meant?`),
    ...findUselessModelSettings(config),
  ];
}

function findUselessModelSettings(config: Config): readonly string[] {
  const { DEFAULT_LLM_MODEL: model, GROQ_API_KEY: groq, GEMINI_API_KEY: gemini } = config;
  const found: string[] = [];
  if (groq === undefined && gemini === undefined) {
    if (!config.ENABLE_RAG) {
      found.push(
        'ENABLE_RAG is false and there is no GROQ_API_KEY or GEMINI_API_KEY: no question can be answered',
      );
    }
    return found;
  }
  if (model !== undefined && (model.startsWith('gemini') ? gemini : groq) === undefined) {
    found.push(
      `DEFAULT_LLM_MODEL is "${model}", but there is no key for its provider: another model answers`,
    );
  }
  return found;
}
