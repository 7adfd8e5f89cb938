/** What runs on every processor: one job at a time, as it is sent. */
import { parentPort } from 'node:worker_threads';
import type { Job } from './jobs.js';
import { runJob } from './run-job.js';

parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(runJob(job));
});
