/**
 * The rules a traffic split must obey, checked before anything is stored.
 * https://cloud.google.com/run/docs/reference/rest/v1/TrafficTarget
 */
import { trafficTagPattern, type TrafficTarget } from '@ascent/knative';
import { invalidArgument } from '../api/api-error.js';

/** A service without a split sends everything to its latest ready revision. */
const latestTakesAll: readonly TrafficTarget[] = [{ latestRevision: true, percent: 100 }];

/** Characters of one part of a host name. */
const hostLabelMax = 63;

/** A tag stands before the service in its address. https://cloud.google.com/run/docs/triggering/https-request */
function checkTag(tag: string | undefined, host: string, path: string): void {
  if (tag === undefined || tag === '') return;
  if (!trafficTagPattern.test(tag)) {
    throw invalidArgument(
      `${path}: '${tag}' must be lower-case letters, digits and hyphens, beginning with a letter.`,
    );
  }
  const label = `${tag}---${host}`;
  if (label.length <= hostLabelMax) return;
  throw invalidArgument(
    `${path}: '${tag}' makes '${label}' of the address, ${label.length} characters and not at most ${hostLabelMax}; use a shorter tag.`,
  );
}

function checkTarget(target: TrafficTarget, host: string, path: string): void {
  const named = target.revisionName !== undefined && target.revisionName !== '';
  if (named === (target.latestRevision === true)) {
    throw invalidArgument(
      `${path}: give exactly one of revisionName and latestRevision: true (revisionName: '${target.revisionName ?? ''}').`,
    );
  }
  const percent = target.percent ?? 0;
  if (!Number.isInteger(percent) || percent < 0 || percent > 100) {
    throw invalidArgument(`${path}.percent: ${percent} is not a whole number from 0 to 100.`);
  }
  checkTag(target.tag, host, `${path}.tag`);
}

/**
 * Checks a split and returns it ready to store; `host` is the first part of the service's own address.
 * @throws ApiError INVALID_ARGUMENT naming the target at fault.
 */
export function checkTraffic(
  traffic: readonly TrafficTarget[] | undefined,
  host: string,
): readonly TrafficTarget[] {
  if (traffic === undefined || traffic.length === 0) return latestTakesAll;
  const tags = new Set<string>();
  traffic.forEach((target, index) => {
    checkTarget(target, host, `spec.traffic[${index}]`);
    if (target.tag === undefined || target.tag === '') return;
    if (tags.has(target.tag)) {
      throw invalidArgument(
        `spec.traffic[${index}].tag: '${target.tag}' is used twice; a tag names one revision.`,
      );
    }
    tags.add(target.tag);
  });
  const sum = traffic.reduce((total, target) => total + (target.percent ?? 0), 0);
  // Knative's text; Cloud Run's own could not be found.
  // divergence: traffic-text
  if (sum !== 100) {
    throw invalidArgument(`Traffic targets sum to ${sum}, want 100: spec.traffic`);
  }
  return traffic.map((target) => ({ ...target, url: undefined }));
}
