/** Alert rules as a person writes them. The limit's unit follows from the metric. */
import { z } from 'zod';
import { duration, percentage } from './config-value.js';

const channel = z.enum(['slack', 'email', 'webhook'], { error: 'write slack, email or webhook' });

const shared = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,40}$/, 'write a name of lower-case letters, digits and hyphens'),
  for: duration,
  severity: z
    .enum(['critical', 'warning'], { error: 'write critical or warning' })
    .default('warning'),
  channels: z.array(channel).default(['email', 'slack']),
  repeat: duration.default(4 * 3_600_000),
};

const rate = z.strictObject({
  ...shared,
  metric: z.enum(['errorRate', 'cpu', 'memory']),
  above: percentage(100),
});

const latency = z.strictObject({ ...shared, metric: z.literal('latencyP95'), above: duration });

/** One entry of `alerts`. */
export const alert = z.discriminatedUnion('metric', [rate, latency], {
  error: 'name what the alert watches with metric: errorRate, latencyP95, cpu or memory',
});
