/** `deploy/bootstrap.yaml`, checked: every fault at once, with its path and the remedy. */
import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const slug = (most: number): z.ZodString =>
  z
    .string()
    .regex(
      new RegExp(`^[a-z][a-z0-9-]{1,${most - 2}}[a-z0-9]$`),
      `write 3 to ${most} lower-case letters, digits and hyphens`,
    );

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

const environment = z.enum(['production', 'staging'], { error: 'write production or staging' });

const settingsSchema = z.strictObject({
  project: slug(30),
  region: z.string().regex(/^[a-z]+-[a-z]+\d+$/, 'write a region such as us-central1'),
  billingAccount: z
    .string()
    .regex(
      /^(?!000000-000000-000000)[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/,
      'write it as gcloud billing accounts list does',
    ),
  github: z.strictObject({
    repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'write OWNER/NAME'),
    repositoryId: z
      .string()
      .regex(
        /^[1-9]\d*$/,
        'write the number that gh api repos/OWNER/NAME --jq .id says, in quotes',
      ),
  }),
  registry: slug(63),
  services: z
    .array(
      z.strictObject({
        name: slug(30),
        environment,
        domain: z
          .string()
          .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'write a domain such as api.example.com'),
        /** The plan whose alerts are watched, beside this file; without one nobody is woken up. */
        plan: z.string().min(1).optional(),
      }),
    )
    .min(1, 'name at least one service')
    // An account is named after its service, so two of one name would share their rights across environments.
    .refine(
      (services) => isUnique(services.map(({ name }) => name)),
      'give each service its own name',
    )
    .refine(
      (services) => isUnique(services.map(({ domain }) => domain)),
      'give each service its own domain',
    ),
  secrets: z.array(z.strictObject({ name: slug(255), usedBy: z.array(environment).min(1) })),
  journalBucket: slug(63),
  dnsZone: slug(63).optional(),
  notify: z.strictObject({
    email: z.array(z.email('write an e-mail address')).min(1, 'name who is told'),
    slackChannel: z.string().startsWith('#', 'write the channel with its #').optional(),
  }),
  budget: z.strictObject({
    amount: z.int().positive(),
    currency: z.string().regex(/^[A-Z]{3}$/, 'write it as USD'),
  }),
});

/** What the project should be. */
export type Settings = z.output<typeof settingsSchema>;

/** One of the two environments. */
export type Environment = z.output<typeof environment>;

/** A person's mistake; the message says where it is and what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads and checks `file`. @throws SettingsError with every fault. */
export async function readSettings(file: string): Promise<Settings> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new SettingsError(
      `${file} cannot be read: ${String(error)}. Name another with --config.`,
    );
  });
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new SettingsError(`${file} is not valid YAML: ${error.message}`);
  return parseSettings(document.toJS(), file);
}

/** Checks what was read. @throws SettingsError with every fault. */
export function parseSettings(input: unknown, file: string): Settings {
  const parsed = settingsSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `  ${path.map(String).join('.') || '(file)'}: ${message}`,
  );
  throw new SettingsError(
    `${file} has faults; nothing was asked or changed:\n${faults.join('\n')}`,
  );
}
