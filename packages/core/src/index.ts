export type { HistogramLayout, LatencyHistogram, TrafficPoint } from './traffic-point.js';
