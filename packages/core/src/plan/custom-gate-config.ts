/** A custom gate as a person writes it, in `gates.custom`. */
import { z } from 'zod';
import { delay, url } from './config-value.js';
import { secret } from './notify-config.js';
import { placeholders, sentryLevels } from '../gates/index.js';
import type { CustomGate, GateSource } from '../gates/index.js';

const known = placeholders.map((name) => `\${${name}}`).join(', ');

/** Text in which only the placeholders may look like one. */
const template = z
  .string({ error: 'write text' })
  .min(1, 'write text')
  .superRefine((text, context) => {
    for (const [found, name = ''] of text.matchAll(/\$\{(\w*)\}?/g)) {
      if (placeholders.some((one) => one === name)) continue;
      context.addIssue(`${found} is no placeholder: write one of ${known}`);
    }
  });

/** An address may hold placeholders, which are no part of an address's spelling. */
const urlTemplate = template.refine(
  (text) => url.safeParse(text.replaceAll(/\$\{\w+\}/g, 'x')).success,
  'write an address such as https://host:port/path, with http:// or https://',
);

const pointer = z
  .string({ error: 'write a JSON pointer such as /score, or "" for the whole answer' })
  .regex(
    /^(\/([^~/]|~[01])*)*$/,
    'write a JSON pointer such as /results/0/score, or "" for the whole answer',
  );

const slug = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'write the slug that stands in Sentry’s addresses');

const limitRemedy = 'write a number such as 3 or 0.8, or a percentage such as 2%';

const limit = z
  .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?\s?%$/, limitRemedy)], {
    error: limitRemedy,
  })
  .transform((text) =>
    typeof text === 'number'
      ? { value: text, unit: 'number' as const }
      : { value: Number(text.replace('%', '')) / 100, unit: 'percent' as const },
  );

const sources = {
  prometheus: z
    .strictObject({ url: url.optional(), query: template, per: template.optional() })
    .optional(),
  json: z.strictObject({ url: urlTemplate, pointer, token: secret.optional() }).optional(),
  sentry: z
    .strictObject({
      url: url.default('https://sentry.io'),
      organization: slug,
      project: slug,
      level: z
        .enum(sentryLevels, { error: `write one of ${sentryLevels.join(', ')}` })
        .default('error'),
      release: template.default('${candidate}'),
      token: secret.prefault('${SENTRY_AUTH_TOKEN}'),
    })
    .optional(),
};

/** One entry of `gates.custom`. */
export const customGate = z
  .strictObject({
    name: z
      .string({ error: 'give the gate a name' })
      .regex(/^[a-z][a-z0-9-]{0,40}$/, 'write a name of lower-case letters, digits and hyphens'),
    ...sources,
    above: limit.optional(),
    below: limit.optional(),
    window: delay.optional(),
    for: delay.default(0),
    then: z.enum(['hold', 'rollback'], { error: 'write hold or rollback' }).default('hold'),
  })
  .superRefine((gate, context) => {
    const named = [gate.prometheus, gate.json, gate.sentry].filter((one) => one !== undefined);
    if (named.length !== 1) {
      context.addIssue('name exactly one source: prometheus, json or sentry');
    }
    if (gate.above !== undefined && gate.below !== undefined) {
      context.addIssue('a gate is broken on one side: write above or below, not both');
    }
    if (gate.above === undefined && gate.below === undefined && gate.sentry === undefined) {
      context.addIssue('write its limit: above: 2%, or below: 0.8');
    }
  });

type CustomGateConfig = z.output<typeof customGate>;

/** PromQL rates want several scrapes; the other sources say what is true now. */
const PROMETHEUS_WINDOW_MS = 5 * 60_000;

/** From a person's words to a gate; `prometheusUrl` is the plan's own server, where it has one. */
export function toCustomGate(config: CustomGateConfig, prometheusUrl: string | null): CustomGate {
  const source = toSource(config, prometheusUrl);
  const { value, unit } = config.above ?? config.below ?? { value: 0, unit: 'number' };
  return {
    name: config.name,
    source,
    limit: { direction: config.below === undefined ? 'above' : 'below', value, unit },
    windowMs: config.window ?? (source.type === 'prometheus' ? PROMETHEUS_WINDOW_MS : 0),
    forMs: config.for,
    then: config.then,
  };
}

function toSource(
  { prometheus, json, sentry }: CustomGateConfig,
  prometheusUrl: string | null,
): GateSource {
  if (prometheus) {
    const { url: own, query, per = null } = prometheus;
    return { type: 'prometheus', url: own ?? prometheusUrl ?? '', query, per };
  }
  if (json) return { type: 'json', ...json, token: json.token ?? null };
  if (sentry) return { type: 'sentry', ...sentry };
  throw new Error('the schema let a gate without a source through');
}
