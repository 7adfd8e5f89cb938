import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { localNumbers } from './emergency-numbers.js';
import { danHotlines } from './hotlines.js';
import {
  answerAllClear,
  answerEmergency,
  answerMedical,
  answerWhileEmergency,
} from './redirect.js';
import { normaliseMessage } from './safety-text.js';
import { trainSafetyModel, type Example } from './safety-training.js';
import { assessSafety, type SafetyLabel } from './safety.js';

interface Labelled {
  readonly text: string;
  readonly label: SafetyLabel;
}

const backend = join(import.meta.dirname, '..', '..');
const content = join(backend, '..', '..', 'content');
const read = (file: string): readonly Labelled[] =>
  parse(readFileSync(file, 'utf8')) as readonly Labelled[];
const evaluation = join(content, 'eval');
const labelled = read(join(evaluation, 'safety.yaml'));
const unseen = read(join(backend, 'test', 'fixtures', 'safety-unseen.yaml'));
const chatter = read(join(evaluation, 'safety-chatter.yaml'));
/** Written before the check was run on them; what it found then is said at the head of each file. */
const heldOut = readdirSync(evaluation)
  .filter((file) => file.startsWith('safety-heldout-'))
  .flatMap((file) => read(join(evaluation, file)));

/** Texts with this label that the check takes for something else. */
function findMissed(texts: readonly Labelled[], wanted: SafetyLabel): readonly string[] {
  return texts
    .filter(({ text, label }) => label === wanted && assessSafety(text) !== wanted)
    .map(({ text }) => text);
}

function precisionOf(texts: readonly Labelled[], wanted: SafetyLabel): number {
  const called = texts.filter(({ text }) => assessSafety(text) === wanted);
  return called.filter(({ label }) => label === wanted).length / called.length;
}

describe('on the labelled phrasings', () => {
  test('every emergency is recognised', () => {
    expect(labelled.length).toBeGreaterThanOrEqual(200);
    expect(findMissed(labelled, 'emergency')).toEqual([]);
  });

  test('no medical question is taken for a harmless one', () => {
    const missed = labelled.filter(
      ({ text, label }) => label === 'medical' && assessSafety(text) === 'safe',
    );
    expect(missed).toEqual([]);
  });

  test('at least 95 % of the alarms are real', () => {
    expect(precisionOf(labelled, 'emergency')).toBeGreaterThanOrEqual(0.95);
    expect(precisionOf(labelled, 'medical')).toBeGreaterThanOrEqual(0.95);
  });

  test('shouting, missing apostrophes and accents change nothing', () => {
    const shouted = labelled
      .filter(({ label }) => label === 'emergency')
      .map(({ text, label }) => ({ text: text.toUpperCase().replaceAll("'", ''), label }));
    expect(findMissed(shouted, 'emergency')).toEqual([]);
  });
});

describe('on the held-out phrasings', () => {
  test('every emergency is recognised', () => {
    expect(heldOut.filter(({ label }) => label === 'emergency').length).toBeGreaterThanOrEqual(600);
    expect(findMissed([...heldOut, ...unseen], 'emergency')).toEqual([]);
  });

  test('at least 90 % of the alarms are real, though the look-alikes are chosen to mislead', () => {
    const lookAlikes = heldOut.filter(({ label }) => label !== 'emergency');
    expect(lookAlikes.length).toBeGreaterThanOrEqual(450);
    expect(precisionOf(heldOut, 'emergency')).toBeGreaterThanOrEqual(0.9);
  });
});

test('the weights of the model are those that the labelled messages give (else run vitest with -u)', async () => {
  const questions = parse(readFileSync(join(evaluation, 'questions.yaml'), 'utf8')) as readonly {
    readonly question: string;
  }[];
  const examples: readonly Example[] = [
    ...[...labelled, ...unseen, ...chatter, ...heldOut].map(({ text, label }) => ({
      text,
      isEmergency: label === 'emergency',
    })),
    ...questions.map(({ question }) => ({ text: question, isEmergency: false })),
  ];
  const weights = `${JSON.stringify(trainSafetyModel(examples), null, 2)}\n`;
  await expect(weights).toMatchFileSnapshot('safety-weights.json');
});

test('short forms are written out', () => {
  expect(normaliseMessage("HE’S  can't wont")).toBe('he is cannot will not');
});

test.each(['a', ' ', 'not ', 'stung ', 'after diving ', 'boat ', '\ud800'])(
  'a message of nothing but "%s" does not send a pattern astray',
  (piece) => {
    const message = piece.repeat(2000).slice(0, 2000);
    // A pattern that runs away would not come back before the test's own time is over.
    expect(['safe', 'medical', 'emergency']).toContain(assessSafety(message));
  },
);

describe('the redirect', () => {
  test('names the number of the place that the conversation is about', () => {
    expect(answerEmergency('we are on Koh Tao').text).toContain('Thailand: 1669');
    expect(answerEmergency('{"location":"Hurghada"}').text).toContain('Egypt: 123');
    expect(answerEmergency('no idea where').text).toContain('112 works in the European Union');
    expect(answerEmergency('estamos en México').text).toContain('911');
    expect(answerEmergency('wir sind in Ägypten').text).toContain('Egypt: 123');
    expect(answerEmergency('wir sind in Ägypten').text).toContain('VHF channel 16');
    expect(answerEmergency('New South Wales').text).toContain('Australia: 000');
    expect(answerEmergency('New South Wales').text).not.toContain('United Kingdom');
  });

  test('names the place that was told last, and no other', () => {
    const { text } = answerEmergency('he is blue', 'we are in Dahab now', 'last week in Thailand');
    expect(text).toContain('Egypt: 123');
    expect(text).not.toContain('Thailand');
  });

  test('gives whom to call and nothing that sounds like treatment', () => {
    for (const { text } of [
      answerEmergency(''),
      answerWhileEmergency(''),
      answerAllClear(''),
      answerMedical(),
    ]) {
      expect(text).toContain('+1-919-684-9111');
      expect(text).not.toMatch(/\b(take|dose|mg|aspirin|massage|lay|lie|give (him|her|them))\b/i);
    }
  });

  test('knows no number that the emergency contacts of the content do not hold', () => {
    const contacts = readFileSync(join(content, 'safety', 'emergency-contacts.md'), 'utf8');
    const local = localNumbers.flatMap(({ number }) => number.match(/\d+/g) ?? []);
    const numbers = [...local, ...(danHotlines.match(/\+[\d-]+/g) ?? [])];
    expect(numbers.length).toBeGreaterThan(local.length);
    expect(numbers.filter((number) => !contacts.includes(number))).toEqual([]);
  });
});
