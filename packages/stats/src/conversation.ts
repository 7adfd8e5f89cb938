/**
 * Counting conversations instead of requests.
 *
 * When one user's requests stick to one revision and fail together, requests are not independent and no
 * factor repairs it. The unit becomes the conversation: in each interval a revision has so many
 * conversations that have not failed yet, and so many of them fail for the first time. The same tests
 * read these counts; they are then a log-rank test.
 *
 * Reference: ter Schure et al. 2021, safe log-rank test, https://arxiv.org/abs/2011.06931.
 */

/** Whether each conversation active in an interval failed in it. */
export type ActiveConversations = ReadonlyMap<string, boolean>;

/** Conversations of one revision that have failed already. Plain data. */
export type ConversationLedger = { readonly failed: readonly string[] };

/** No conversation has failed yet. */
export const emptyLedger: ConversationLedger = { failed: [] };

/** Counts of one interval: conversations at risk as requests, first failures as errors. */
export function countFirstFailures(
  ledger: ConversationLedger,
  active: ActiveConversations,
): {
  readonly ledger: ConversationLedger;
  readonly requests: number;
  readonly errors: number;
} {
  const failed = new Set(ledger.failed);
  const firstFailures: string[] = [];
  let requests = 0;
  for (const [conversation, failing] of active) {
    if (failed.has(conversation)) continue;
    requests += 1;
    if (failing) firstFailures.push(conversation);
  }
  return {
    ledger: { failed: [...ledger.failed, ...firstFailures] },
    requests,
    errors: firstFailures.length,
  };
}
