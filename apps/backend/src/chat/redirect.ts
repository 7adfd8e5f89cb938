import { findLocalNumbers } from './emergency-numbers.js';
import type { Answer } from './extractive-answer.js';
import { danHotlines } from './hotlines.js';

/** Anybody anywhere, where nothing better is known. */
const anyNumber =
  '112 works in the European Union and from mobile telephones in many other countries, 911 in North America, 999 in the United Kingdom, 000 in Australia.';

/** Telephones often do not reach where divers are. */
const atSea = 'At sea use VHF channel 16.';

function listNumbers(said: readonly string[]): string {
  return `${findLocalNumbers(said) ?? anyNumber} ${atSea}`;
}

/**
 * What is said to somebody who may be in an emergency: whom to call, first of all where he is, as far as he has told. No
 * treatment, no diagnosis. `said` is what the diver has said and told about himself, the likeliest to name the place first.
 */
export function answerEmergency(...said: readonly string[]): Answer {
  const numbers = listNumbers(said);
  return answerSafely([
    'This sounds like an emergency. Please do not wait for answers from me.',
    `Call the emergency services now and say that it happened while diving. ${numbers}`,
    `Then call the Divers Alert Network (DAN), day and night: ${danHotlines}. DAN finds the physician and the recompression chamber.`,
    'Tell the boat crew, the dive centre or the nearest lifeguard at once: they have oxygen and know the local rescue service. Nobody with symptoms should dive again or be left alone.',
    'I give information, not medical instruction; the people on the telephone will tell you what to do.',
  ]);
}

/**
 * What is said to whatever comes next while an emergency is the matter: "what should I do now?" must not be looked up among
 * the notes, where it might find a beer after the last dive.
 */
export function answerWhileEmergency(...said: readonly string[]): Answer {
  const numbers = listNumbers(said);
  return answerSafely([
    'This still sounds like an emergency, so please ask the people on the telephone and not me.',
    `If nobody has called yet, call the emergency services now. ${numbers} Stay on the line, ask them exactly what you asked me, and do what they say until help is there.`,
    `Then call DAN, day and night: ${danHotlines}.`,
    'Feeling better is no all-clear after a dive: nobody who had symptoms should dive, fly or be left alone before a physician or DAN has agreed.',
    'If it is over, or was never an emergency, tell me "false alarm" and I go back to other questions.',
  ]);
}

/** What is said when the diver says that it is over, or never was. */
export function answerAllClear(...said: readonly string[]): Answer {
  const numbers = listNumbers(said);
  return answerSafely([
    'I am glad to hear it, and I would rather ask once too often. What would you like to know?',
    `If anybody did have symptoms, or came up too fast, let DAN or a physician decide about the next dive or flight even if all is well now: ${danHotlines}. And if it comes back, call the emergency services at once. ${numbers}`,
  ]);
}

/** What is said to somebody who speaks of taking his own life: to stay out of the water, and with people. */
export function answerDespair(...said: readonly string[]): Answer {
  const numbers = listNumbers(said);
  return answerSafely([
    'I am sorry that it is this hard, and I am glad that you said it. Please do not go into the water now, and do not stay alone with this.',
    `Tell somebody who is near you, the crew, a friend, anybody, and call the emergency services now; they are there for this too. ${numbers}`,
    'I am only a diving assistant and cannot help as a person can. Please call somebody now.',
  ]);
}

function answerSafely(paragraphs: readonly string[]): Answer {
  return { text: paragraphs.join('\n\n'), agentType: 'safety', citations: [emergencyCitation] };
}

const emergencyCitation = {
  title: 'Emergency contacts for divers',
  slug: 'emergency-contacts',
  area: 'safety',
  section: 'Whom to call first',
};

/** What is said to a question that only a physician can answer. */
export function answerMedical(): Answer {
  return {
    text: [
      'This is a question for a physician, best one who knows diving medicine: whether you are fit to dive depends on details that I must not judge.',
      'Before a course or a trip you fill in a diver medical questionnaire; a "yes" in it means that a physician signs before you dive. Bring along a list of your medicines, your reports and your questions.',
      `DAN answers medical questions of divers and knows physicians near you; you find it through its website. If you feel unwell now after a dive, call the local emergency services and DAN at once: ${danHotlines}. Please do not dive on my word, or on that of a forum.`,
    ].join('\n\n'),
    agentType: 'safety',
    citations: [
      {
        title: 'The diver medical questionnaire and when a doctor must sign',
        slug: 'diving-medical-statement',
        area: 'safety',
        section: 'Summary',
      },
    ],
  };
}
