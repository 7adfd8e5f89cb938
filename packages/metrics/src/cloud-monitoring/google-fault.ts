/** The message in the error body of Google's APIs, with what to do about the usual one. */
import { z } from 'zod';

const errorSchema = z.looseObject({
  error: z.looseObject({ message: z.string(), status: z.string().optional() }),
});

/** The message, or `null` where the body is not Google's. */
export function googleFault(json: unknown): string | null {
  const parsed = errorSchema.safeParse(json);
  if (!parsed.success) return null;
  const { message, status } = parsed.data.error;
  const remedy =
    status === 'PERMISSION_DENIED' || status === 'UNAUTHENTICATED'
      ? ' (the account needs monitoring.timeSeries.list; role roles/monitoring.viewer has it)'
      : '';
  return `${status ?? 'error'}: ${message}${remedy}`;
}
