/**
 * Boosting: an e-value that overshoots the rollback threshold wastes the excess, so the excess is cut
 * off and its expectation paid back up front, as a factor b ≥ 1 on every outcome below the cut:
 * Σ h(k) · min(b R(k), C) = 1, with C the head-room left to the threshold.
 *
 * Exact because the null h is fully known. It buys 4 to 12 % of the requests.
 * Reference: Fischer & Ramdas 2024, https://arxiv.org/abs/2410.16076.
 */

/** Head-room beyond which boosting could gain nothing measurable. */
const largestLogHeadRoom = 600;

/** One block's possible outcomes: null probability of each, and the e-value it would give (increasing). */
export type Outcomes = {
  readonly nulls: ArrayLike<number>;
  readonly eValues: ArrayLike<number>;
};

/**
 * ln b for a block, given the log of the head-room to the threshold. 0 once the threshold is passed.
 * `eValues` must not decrease and must have expectation ≤ 1 under `nulls`.
 */
export function logBoost(outcomes: Outcomes, logHeadRoom: number): number {
  if (logHeadRoom <= 0 || logHeadRoom > largestLogHeadRoom) return 0;
  const { nulls, eValues } = outcomes;
  const headRoom = Math.exp(logHeadRoom);
  let cappedNull = 0;
  let openMass = 0;
  for (let k = 0; k < nulls.length; k += 1) openMass += (nulls[k] ?? 0) * (eValues[k] ?? 0);
  for (let firstCapped = nulls.length; firstCapped > 0; firstCapped -= 1) {
    const boost = (1 - headRoom * cappedNull) / openMass;
    const top = eValues[firstCapped - 1] ?? 0;
    if (boost * top <= headRoom) return Math.max(0, Math.log(boost));
    const null_ = nulls[firstCapped - 1] ?? 0;
    cappedNull += null_;
    openMass -= null_ * top;
  }
  return 0;
}
