import type { z } from 'zod';
import { ApiError } from '../errors.js';

/** Checks input against a schema. Throws an `ApiError` (400) that names every fault with its path. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }) => ({
    path: path.length === 0 ? 'body' : path.map(String).join('.'),
    message,
  }));
  throw new ApiError('INVALID_REQUEST', { details });
}
