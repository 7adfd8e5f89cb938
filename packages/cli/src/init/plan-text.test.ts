import { describe, expect, test } from 'vitest';
import { answersFrom, questions, usualAnswers } from './answers.js';
import { writePlan } from './plan-text.js';

const texts = { service: 'web', where: 'my-project/us-central1', rate: '60', time: '4d approve' };

describe('a plan from four answers', () => {
  test.each([
    ['10m', 600_000],
    ['6h', 21_600_000],
    ['4d', 345_600_000],
    ['60d', 5_184_000_000],
  ])('never takes longer than %s', (time, longestMs) => {
    const { plan } = writePlan(answersFrom({ ...texts, time }));
    const sumMs = plan.stages.reduce((sum, { holdMaxMs }) => sum + holdMaxMs, 0);
    expect(sumMs).toBeLessThanOrEqual(longestMs);
    expect(sumMs).toBeGreaterThan(longestMs * 0.8);
  });

  test('asks a person only where that was said', () => {
    const approvals = (time: string): readonly number[] =>
      writePlan(answersFrom({ ...texts, time })).plan.stages.map(
        (stage) => stage.approvalsRequired,
      );
    expect(approvals('4d approve')).toEqual([0, 0, 1, 1]);
    expect(approvals('4d')).toEqual([0, 0, 0, 0]);
  });

  test('begins with a larger share where there is less traffic, and with 10 % where none would do', () => {
    const first = (rate: string): number | undefined =>
      writePlan(answersFrom({ ...texts, rate })).plan.stages[1]?.sharePercent;
    expect(first('6000')).toBe(5);
    expect(first('15')).toBeGreaterThan(5);
    expect(first('0.1')).toBe(10);
  });

  test.each([
    ['my-project/europe-west1', 'cloudRun'],
    ['kubernetes/divers', 'kubernetes'],
    ['kubernetes', 'kubernetes'],
    ['http://127.0.0.1:8080', 'local'],
  ])('runs at %s', (where, type) => {
    expect(writePlan(answersFrom({ ...texts, where })).plan.platform.type).toBe(type);
  });

  test('the usual answers are right ones, whatever the folder is called', () => {
    for (const dir of ['/home/dana/My Web App!', '/', '/x/42', `/x/${'long-'.repeat(30)}`]) {
      const usual = usualAnswers({}, dir);
      for (const { name, fault } of questions) expect(fault(usual[name]), name).toBeNull();
      expect(writePlan(answersFrom(usual)).plan.service).toMatch(/^[a-z]/);
    }
  });

  test.each([
    ['service', 'Web'],
    ['where', 'my-project'],
    ['where', 'kubernetes/a/b'],
    ['where', 'http://'],
    ['rate', '-1'],
    ['rate', 'many'],
    ['time', '5m'],
    ['time', '4 days'],
  ])('%s: %s is told to be wrong', (name, text) => {
    expect(questions.find((one) => one.name === name)?.fault(text)).toMatch(/^write /);
  });
});
