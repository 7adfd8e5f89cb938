import { asksInGeneral, frames } from './safety-frames.js';
import { medicalTopic } from './safety-medical.js';
import weights from './safety-weights.json' with { type: 'json' };

/**
 * The second net under the families: a logistic regression over words, pairs of words and frames, learnt from the labelled
 * messages of `content/eval` (`safety-training.ts`; the weights are a file that a test keeps fresh). Families find what they
 * name; this finds the way people talk when something has happened to somebody, whatever their words for it are. On
 * messages that neither had seen, families alone found seven of ten, both together nearly all. Returns the log-odds that a
 * message is an emergency.
 */
export function judgeSound(text: string, tagged: string): number {
  return scoreMessage(listFeatures(text, tagged), weightOf);
}

const weightOf: ReadonlyMap<string, number> = new Map(Object.entries(weights));

/** The score of a message: the log-odds that it is an emergency. */
export function scoreMessage(
  features: readonly string[],
  weightOf: ReadonlyMap<string, number>,
): number {
  const sum = features.reduce((total, feature) => total + (weightOf.get(feature) ?? 0), 0);
  return sum / Math.sqrt(features.length);
}

/** How much of a word counts: "breathe" and "breathing" are one. */
const stemLength = 6;

/** What the model sees of a prepared message, plain and tagged: each word, each pair of neighbours, each frame. */
export function listFeatures(text: string, tagged: string): readonly string[] {
  const words = text
    .split(' ')
    .map((word) => (/^\d/.test(word) ? '#' : word.slice(0, stemLength)))
    .filter((word) => word !== '');
  const pairs = words.map((word, index) => `${words[index - 1] ?? '^'} ${word}`);
  const said = Object.entries(frames).filter(([, frame]) => frame.test(tagged));
  const features = new Set(['=', ...words, ...pairs, ...said.map(([name]) => `=${name}`)]);
  if (medicalTopic.test(text)) features.add('=medicalTopic');
  if (asksInGeneral(` ${text} `)) features.add('=asksInGeneral');
  return [...features];
}
