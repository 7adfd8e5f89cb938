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

/** Whether boosting a block can gain anything, so that its outcomes are worth working out. */
export function isBoostable(logHeadRoom: number): boolean {
  return logHeadRoom > 0 && logHeadRoom <= largestLogHeadRoom;
}

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
  if (!isBoostable(logHeadRoom)) return 0;
  const { nulls, eValues } = outcomes;
  const headRoom = Math.exp(logHeadRoom);
  const open = openMasses(outcomes);
  let cappedNull = 0;
  for (let firstCapped = nulls.length; firstCapped > 0; firstCapped -= 1) {
    const boost = (1 - headRoom * cappedNull) / (open[firstCapped] ?? 0);
    const top = eValues[firstCapped - 1] ?? 0;
    if (boost * top <= headRoom) return boost > 1 ? Math.log(boost) : 0;
    cappedNull += nulls[firstCapped - 1] ?? 0;
  }
  return 0;
}

/** Working space, reused because allocating it costs more than filling it. It never outlives a call. */
let massSpace = new Float64Array(256);

/**
 * Σ h(i) · R(i) over i < k, for every k. Summed upwards: taking the great terms of the top away again would leave of
 * the small ones below nothing but rounding, and a boost of it is worth any number, or none.
 */
function openMasses({ nulls, eValues }: Outcomes): Float64Array {
  if (massSpace.length <= nulls.length) massSpace = new Float64Array(2 * nulls.length);
  let mass = 0;
  massSpace[0] = 0;
  for (let k = 0; k < nulls.length; k += 1) {
    mass += (nulls[k] ?? 0) * (eValues[k] ?? 0);
    massSpace[k + 1] = mass;
  }
  return massSpace;
}
