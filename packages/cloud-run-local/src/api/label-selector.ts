/**
 * Kubernetes label selectors: `a=b,c!=d,e,!f` and `a in (b,c)`.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
import { invalidArgument } from './api-error.js';

type Labels = Readonly<Record<string, string>>;

const setPattern = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/;
const equalityPattern = /^([^=!\s]+)\s*(==?|!=)\s*([^=!\s]*)$/;

function matchesOne(requirement: string, labels: Labels): boolean {
  const set = setPattern.exec(requirement);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return values.includes(labels[set[1] ?? ''] ?? '') === (set[2] === 'in');
  }
  const equality = equalityPattern.exec(requirement);
  if (equality !== null) {
    return (labels[equality[1] ?? ''] === equality[3]) === (equality[2] !== '!=');
  }
  if (/^!?[^\s=!]+$/.test(requirement)) {
    const absent = requirement.startsWith('!');
    return requirement.slice(absent ? 1 : 0) in labels !== absent;
  }
  throw invalidArgument(`labelSelector: cannot read '${requirement}'; write NAME=VALUE.`);
}

/**
 * Whether labels satisfy every requirement of a selector.
 * @throws ApiError INVALID_ARGUMENT where the selector cannot be read.
 */
export function matchesLabels(selector: string, labels: Labels): boolean {
  const requirements = selector.split(/,(?![^(]*\))/).map((requirement) => requirement.trim());
  return requirements
    .filter((requirement) => requirement !== '')
    .every((requirement) => matchesOne(requirement, labels));
}
