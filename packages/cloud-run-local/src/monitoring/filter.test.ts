import { describe, expect, it } from 'vitest';
import { parseFilter, type FilterSubject } from './filter.js';

const subject: FilterSubject = {
  metricType: 'run.googleapis.com/request_count',
  resourceType: 'cloud_run_revision',
  metricLabels: { response_code: '503', response_code_class: '5xx' },
  resourceLabels: { project_id: 'p', service_name: 'svc', revision_name: 'svc-00001-abc' },
};

const type = 'metric.type="run.googleapis.com/request_count"';

describe('a filter', () => {
  it.each([
    [type, true],
    [`${type} AND resource.type = "cloud_run_revision"`, true],
    [`${type} resource.labels.service_name="svc"`, true],
    [`${type} AND resource.label.service_name="other"`, false],
    [`${type} AND metric.labels."response_code_class"="5xx"`, true],
    [`${type} AND (metric.labels.response_code="200" OR metric.labels.response_code="503")`, true],
    [`${type} AND NOT metric.labels.response_code_class="5xx"`, false],
    [`${type} AND metric.labels.response_code!="503"`, false],
    [`${type} AND metric.labels.response_code>=500`, true],
    [`${type} AND resource.labels.revision_name=starts_with("svc-")`, true],
    [`${type} AND resource.labels.revision_name!=one_of("svc-00001-abc","x")`, false],
    [
      `${type} AND resource.labels.revision_name=monitoring.regex.full_match("svc-\\\\d+-abc")`,
      true,
    ],
    [`${type} AND resource.labels.revision_name:"00001"`, true],
    [`${type} AND project="p"`, true],
    [`${type} AND metric.labels.absent="x"`, false],
  ])('%s: %s', (text, matches) => {
    expect(parseFilter(text).matches(subject)).toBe(matches);
  });

  it.each([
    ['', 'ends too early'],
    ['resource.type="x"', 'exactly one metric type'],
    [`${type} OR metric.type="y"`, 'exactly one metric type'],
    [`${type} AND`, 'ends too early'],
    [`${type} AND (project="p"`, "wanted ')'"],
    [`${type})`, 'wanted the end'],
    [`${type} AND nothing="x"`, "'nothing' is no field"],
    [`${type} AND project ~ "x"`, 'cannot read'],
    [`${type} AND project=nope("x")`, "no function 'nope'"],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parseFilter(text)).toThrow(message);
  });
});
