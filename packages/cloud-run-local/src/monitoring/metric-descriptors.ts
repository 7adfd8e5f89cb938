/**
 * The metrics this emulator writes. https://cloud.google.com/monitoring/api/metrics_gcp#gcp-run
 */
import { latencyBuckets, utilizationBuckets, type Bucketing } from './distribution.js';

/** What a metric is. */
export interface MetricDescriptor {
  readonly type: string;
  readonly kind: 'DELTA' | 'GAUGE';
  readonly valueType: 'INT64' | 'DOUBLE' | 'DISTRIBUTION';
  readonly unit: string;
  readonly bucketing?: Bucketing;
}

const prefix = 'run.googleapis.com';

/** Every metric, by a short name. */
// divergence: metrics
export const metrics = {
  requestCount: {
    type: `${prefix}/request_count`,
    kind: 'DELTA',
    valueType: 'INT64',
    unit: '1',
  },
  requestLatencies: {
    type: `${prefix}/request_latencies`,
    kind: 'DELTA',
    valueType: 'DISTRIBUTION',
    unit: 'ms',
    bucketing: latencyBuckets,
  },
  startupLatencies: {
    type: `${prefix}/container/startup_latencies`,
    kind: 'DELTA',
    valueType: 'DISTRIBUTION',
    unit: 'ms',
    bucketing: latencyBuckets,
  },
  instanceCount: {
    type: `${prefix}/container/instance_count`,
    kind: 'GAUGE',
    valueType: 'INT64',
    unit: '1',
  },
  billableTime: {
    type: `${prefix}/container/billable_instance_time`,
    kind: 'DELTA',
    valueType: 'DOUBLE',
    unit: 's',
  },
  cpuUtilizations: {
    type: `${prefix}/container/cpu/utilizations`,
    kind: 'DELTA',
    valueType: 'DISTRIBUTION',
    unit: '10^2.%',
    bucketing: utilizationBuckets,
  },
  memoryUtilizations: {
    type: `${prefix}/container/memory/utilizations`,
    kind: 'DELTA',
    valueType: 'DISTRIBUTION',
    unit: '10^2.%',
    bucketing: utilizationBuckets,
  },
} as const satisfies Record<string, MetricDescriptor>;

/** The descriptor of a metric type; undefined where the emulator does not write it. */
export function findDescriptor(type: string): MetricDescriptor | undefined {
  return Object.values(metrics).find((descriptor) => descriptor.type === type);
}
