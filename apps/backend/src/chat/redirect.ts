import { localNumbers } from './emergency-numbers.js';
import type { Answer } from './extractive-answer.js';

/**
 * What is said to somebody who may be in an emergency: whom to call, first of all where he is, as far as the
 * conversation tells. No treatment, no diagnosis. `said` is everything the diver has said and told about himself.
 */
export function answerEmergency(said: string): Answer {
  const local = localNumbers
    .filter(({ place }) => place.test(said))
    .map(({ name, number }) => `${name}: ${number}.`);
  const numbers =
    local.length > 0
      ? local.join(' ')
      : '112 works in the European Union and from mobile telephones in many other countries, 911 in North America, 999 in the United Kingdom, 000 in Australia. At sea use VHF channel 16.';
  return {
    text: [
      'This sounds like an emergency. Please do not wait for answers from me.',
      `Call the emergency services now and say that it happened while diving. ${numbers}`,
      'Then call the Divers Alert Network (DAN), day and night: DAN America +1-919-684-9111, DAN Europe +39-06-4211-5685. DAN finds the physician and the recompression chamber.',
      'Tell the boat crew, the dive centre or the nearest lifeguard at once: they have oxygen and know the local rescue service. Nobody with symptoms should dive again or be left alone.',
      'I give information, not medical instruction; the people on the telephone will tell you what to do.',
    ].join('\n\n'),
    agentType: 'safety',
    citations: [emergencyCitation],
  };
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
      'DAN answers medical questions of divers and knows physicians near you; you find it through its website. If you feel unwell now after a dive, call the local emergency services and DAN at once: DAN America +1-919-684-9111, DAN Europe +39-06-4211-5685. Please do not dive on my word, or on that of a forum.',
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
