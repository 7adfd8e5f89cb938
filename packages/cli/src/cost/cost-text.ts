/** A cost as lines for a person. */
import { formatDuration } from '@ascent/core';
import type { Cost } from './cost.js';

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function against(amount: number, limit: number): string {
  return amount <= limit ? 'within' : 'ABOVE';
}

/** The whole answer. */
export function costText(cost: Cost): string {
  const { bill, month, size, prices } = cost;
  const basis =
    cost.windowS === null
      ? 'forecast'
      : `from what was used in ${formatDuration(Math.round(cost.windowS) * 1_000)}`;
  const perRequest =
    cost.perRequest === null
      ? 'no request, so no cost of one'
      : `${against(cost.perRequest, cost.perRequestLimit)} the limit of a request: $${cost.perRequest.toFixed(5)} of $${cost.perRequestLimit}`;
  const isBlank = cost.windowS !== null && month.requests === 0;
  return [
    `A month (${basis}): ${Math.round(month.requests)} requests, instances of ${size.vcpu} vCPU and ${size.gib} GiB busy for ${Math.round(month.activeSeconds)} s, waiting for ${Math.round(month.idleSeconds)} s`,
    `  vCPU at work            ${dollars(bill.cpu)}`,
    `  memory at work          ${dollars(bill.memory)}`,
    `  minimum instances       ${dollars(bill.idle)}`,
    `  requests                ${dollars(bill.requests)}`,
    `  free tier              -${dollars(bill.free)}`,
    `  rollouts, at most       ${dollars(cost.rollouts)}`,
    `  other                   ${dollars(cost.other)}`,
    `${against(cost.total, cost.budget)} the budget: ${dollars(cost.total)} of ${dollars(cost.budget)}; ${perRequest}`,
    ...(isBlank
      ? [
          'Not one request was counted: nobody asked, or the metrics are missing. A forecast says more.',
        ]
      : []),
    'Not counted unless given with --other: load balancer, database, models, network, logs.',
    `Prices of tier 1, ${prices.source}, read ${prices.readOn}, last confirmed ${prices.confirmedOn}.`,
  ].join('\n');
}
