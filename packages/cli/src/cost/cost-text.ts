/** A cost as lines for a person. */
import type { Cost } from './cost.js';

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** The whole answer. */
export function costText(cost: Cost): string {
  const { bill, month, size, prices } = cost;
  const basis = cost.basis === 'usage' ? 'from what was used' : 'forecast';
  const perRequest =
    cost.perRequest === null
      ? 'no request, so no cost of one'
      : `$${cost.perRequest.toFixed(5)} a request; it must be at most $${cost.perRequestLimit}`;
  return [
    `A month (${basis}): ${Math.round(month.requests)} requests, instances of ${size.vcpu} vCPU and ${size.gib} GiB busy for ${Math.round(month.activeSeconds)} s, waiting for ${Math.round(month.idleSeconds)} s`,
    `  vCPU at work            ${dollars(bill.cpu)}`,
    `  memory at work          ${dollars(bill.memory)}`,
    `  minimum instances       ${dollars(bill.idle)}`,
    `  requests                ${dollars(bill.requests)}`,
    `  free tier              -${dollars(bill.free)}`,
    `  rollouts, at most       ${dollars(cost.rollouts)}`,
    `  other                   ${dollars(cost.other)}`,
    `${cost.withinBudget ? 'within' : 'ABOVE'} the budget: ${dollars(cost.total)} of ${dollars(cost.budget)}; ${perRequest}`,
    'Not counted unless given with --other: load balancer, database, models, network, logs.',
    `Prices of tier 1, ${prices.source}, read ${prices.readOn}, last confirmed ${prices.confirmedOn}.`,
  ].join('\n');
}
