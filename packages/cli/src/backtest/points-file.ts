/** Recorded metrics in a file: one JSON point a line, in the shape that every metrics adapter delivers. */
import { readFile } from 'node:fs/promises';
import { AscentError, type TrafficPoint } from '@ascent/core';
import { z } from 'zod';

const count = z.number().int().nonnegative();

const layout = z.union([
  z.strictObject({
    type: z.literal('exponential'),
    scaleMs: z.number().positive(),
    growthFactor: z.number().gt(1),
    finiteBuckets: z.number().int().positive(),
  }),
  z.strictObject({ type: z.literal('explicit'), boundsMs: z.array(z.number()).min(1) }),
]);

const pointSchema = z
  .strictObject({
    revision: z.string().min(1),
    startMs: z.number(),
    endMs: z.number(),
    requests: count,
    errors: count,
    latency: z
      .strictObject({ layout, counts: z.array(count) })
      .nullable()
      .default(null),
  })
  .refine(({ startMs, endMs }) => startMs < endMs, 'startMs must be before endMs')
  .refine(({ requests, errors }) => errors <= requests, 'errors must not exceed requests');

/**
 * The points in `file`.
 * @throws AscentError `ASC_USAGE` naming the line, the field and what is wrong with it.
 */
export async function readPoints(file: string): Promise<readonly TrafficPoint[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new AscentError('ASC_USAGE', `--points ${file} cannot be read: ${why}.`);
  });
  return text.split('\n').flatMap((line, index) => {
    return line.trim() === '' ? [] : [readPoint(line, `${file}:${index + 1}`)];
  });
}

function readPoint(line: string, where: string): TrafficPoint {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new AscentError('ASC_USAGE', `${where} is not JSON. Write one point a line.`);
  }
  const parsed = pointSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => {
    return path.length === 0 ? message : `${path.join('.')}: ${message}`;
  });
  throw new AscentError('ASC_USAGE', `${where} is no point of metrics: ${faults.join('; ')}.`);
}
