/** Runs one job, wherever it was planned. */
import { runConversations } from './conversations.js';
import { runHold } from './hold.js';
import type { Outcome } from './hold.js';
import type { Job } from './jobs.js';
import { runRollouts } from './whole-rollout.js';
import type { RolloutOutcome } from './whole-rollout.js';

/** What a job found: per rule for a held candidate, else of the whole rollout. */
export type Result =
  | {
      readonly type: 'hold';
      readonly cell: string;
      readonly outcomes: Readonly<Record<string, Outcome>>;
    }
  | { readonly type: 'rollout'; readonly cell: string; readonly outcome: RolloutOutcome };

/** Runs one job to its end. */
export function runJob(job: Job): Result {
  switch (job.type) {
    case 'hold':
      return { type: 'hold', cell: job.cell, outcomes: runHold(job) };
    case 'rollout':
      return { type: 'rollout', cell: job.cell, outcome: runRollouts(job) };
    case 'conversations':
      return { type: 'hold', cell: job.cell, outcomes: { ascent: runConversations(job) } };
  }
}
