import { listFeatures, scoreMessage } from './safety-model.js';
import { normaliseMessage } from './safety-text.js';
import { tagWords } from './safety-words.js';

/** A message of which somebody has said whether it is an emergency. */
export interface Example {
  readonly text: string;
  readonly isEmergency: boolean;
}

const epochs = 30;
const firstStep = 0.5;
const shrinkage = 1e-3;
/** Weights that are smaller change nothing and only make the file longer. */
const leastWeight = 0.04;

/**
 * Learns the weights of `safety-model.ts`: logistic regression by stochastic gradient descent with weight decay (Bottou,
 * Stochastic Gradient Descent Tricks, 2012). The order of the examples is drawn from a fixed seed: the same examples give
 * the same weights.
 */
export function trainSafetyModel(examples: readonly Example[]): Record<string, number> {
  const seen = examples.map(({ text, isEmergency }) => {
    const plain = normaliseMessage(text);
    return { features: listFeatures(plain, tagWords(`${plain} .`)), target: isEmergency ? 1 : 0 };
  });
  const weights = new Map<string, number>();
  const draw = createDraw(seen.length);
  for (let step = 0; step < epochs * seen.length; step++) {
    const example = seen[draw()];
    if (example !== undefined) learn(weights, example, firstStep / (1 + step / (5 * seen.length)));
  }
  return prune(weights);
}

function learn(
  weights: Map<string, number>,
  { features, target }: { readonly features: readonly string[]; readonly target: number },
  rate: number,
): void {
  const error = target - 1 / (1 + Math.exp(-scoreMessage(features, weights)));
  const step = (rate * error) / Math.sqrt(features.length);
  for (const feature of features) {
    weights.set(feature, (weights.get(feature) ?? 0) * (1 - rate * shrinkage) + step);
  }
}

function prune(weights: ReadonlyMap<string, number>): Record<string, number> {
  const kept = [...weights]
    .filter(([, weight]) => Math.abs(weight) >= leastWeight)
    .map(([feature, weight]) => [feature, Math.round(weight * 100) / 100] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kept);
}

/** Numbers from 0 to `count` - 1, by Park and Miller's generator. */
function createDraw(count: number): () => number {
  let state = 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return Math.floor((state / 2147483647) * count);
  };
}
