/**
 * Names of generated revisions: `SERVICE-00001-vqh`, a five-digit counter and three letters or digits.
 * The letters come from the recorded names; vowels are missing there, as in Kubernetes' generated names,
 * so that no word is spelled by chance.
 */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** The name of the `counter`-th revision; `chance` gives numbers in [0, 1). */
export function generateRevisionName(
  service: string,
  counter: number,
  chance: () => number,
): string {
  const letter = (): string => suffixAlphabet.charAt(Math.floor(chance() * suffixAlphabet.length));
  return `${service}-${String(counter).padStart(5, '0')}-${letter()}${letter()}${letter()}`;
}
