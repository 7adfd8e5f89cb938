/**
 * What a test loses, or wins already, while cold starts are forgiven: for so long every bet is made against a null of
 * some times the odds, and capital lost on it must be won back afterwards.
 *
 * Bet by bet, because the mixture ends on the bet that lost least for what it wins later. The relative test's normaliser
 * is Hoeffding's bound, as in `relative-error.ts`.
 */
import { absoluteErrorBets, scaleOdds } from './absolute-error.js';
import { requireAtLeast, requireDomain, requireOpenUnit } from './domain.js';
import { divergence } from './planning.js';
import { relativeErrorBets } from './relative-error.js';

/**
 * Ordinary requests that one forgiven request costs the test against `limit` for a candidate that fails `rate`;
 * below 0 where it spares some, ∞ where no bet ever wins.
 */
export function limitForfeit(scenario: {
  readonly rate: number;
  readonly limit: number;
  /** By how many times worse odds are forgiven, ≥ 1. */
  readonly toleratedOddsRatio: number;
}): number {
  const { rate, limit, toleratedOddsRatio } = scenario;
  requireOpenUnit(limit, 'limit');
  requireDomain(rate >= 0 && rate <= 1, () => `rate must be 0 … 1, but is ${rate}.`);
  requireAtLeast(toleratedOddsRatio, 1, 'toleratedOddsRatio');
  const growth = (under: number, oddsRatio: number): number =>
    divergence(rate, under) - divergence(rate, scaleOdds(under, oddsRatio));
  const mild = scaleOdds(limit, toleratedOddsRatio);
  return least(
    absoluteErrorBets.map(({ oddsRatio }) => ({
      forgiven: growth(mild, oddsRatio),
      ordinary: growth(limit, oddsRatio),
    })),
  );
}

/** The same for the relative test, at a candidate's share of the traffic. */
export function errorForfeit(scenario: {
  readonly stableRate: number;
  readonly candidateRate: number;
  readonly share: number;
  readonly toleratedOddsRatio: number;
}): number {
  const { stableRate, candidateRate, share, toleratedOddsRatio } = scenario;
  requireOpenUnit(stableRate, 'stableRate');
  requireOpenUnit(share, 'share');
  requireDomain(
    candidateRate >= 0 && candidateRate <= 1,
    () => `candidateRate must be 0 … 1, but is ${candidateRate}.`,
  );
  requireAtLeast(toleratedOddsRatio, 1, 'toleratedOddsRatio');
  const errors = candidateRate + ((1 - share) / share) * stableRate;
  const growth = (tolerated: number, oddsRatio: number): number => {
    const fair = scaleOdds(share, tolerated);
    return candidateRate * Math.log(oddsRatio) - errors * Math.log1p(fair * (oddsRatio - 1));
  };
  return least(
    relativeErrorBets.map(({ oddsRatio }) => ({
      forgiven: growth(toleratedOddsRatio, oddsRatio),
      ordinary: growth(1, oddsRatio),
    })),
  );
}

function least(bets: readonly { readonly forgiven: number; readonly ordinary: number }[]): number {
  const costs = bets.map(({ forgiven, ordinary }) =>
    ordinary > 0 ? -forgiven / ordinary : Infinity,
  );
  return Math.min(...costs);
}
