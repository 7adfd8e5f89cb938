import type { Answer } from './extractive-answer.js';

/** What is said to somebody who may be in an emergency. Information whom to call; no treatment, no diagnosis. */
export const emergencyAnswer: Answer = {
  text: [
    'This sounds like an emergency. Please do not wait for answers from me.',
    'Call the local emergency services now (112 in Europe and many other countries, 911 in North America), and tell them that it happened while diving.',
    'Then call the Divers Alert Network (DAN), day and night: DAN America +1-919-684-9111, DAN Europe +39-06-4211-5685. DAN finds the right physician and recompression chamber.',
    'Tell the boat crew, the dive centre or the nearest lifeguard at once: they have oxygen and know the local rescue service. Nobody with symptoms should dive again or be left alone.',
    'I can give information, not medical instruction; the people on the telephone will tell you what to do.',
  ].join('\n\n'),
  agentType: 'safety',
  citations: [],
};

/** What is said to a question that only a physician can answer. */
export const medicalAnswer: Answer = {
  text: [
    'This is a question for a physician, best one who knows diving medicine: whether you are fit to dive depends on details that I must not judge.',
    'Before a course or a trip you answer a medical questionnaire (Diver Medical Participant Questionnaire); a "yes" there means that a physician signs before you dive. Take your medicines, reports and questions along.',
    'DAN answers medical questions of divers and knows physicians near you: DAN America information line +1-919-684-2948, DAN Europe through its website. Please do not dive on my word, or on that of a forum.',
  ].join('\n\n'),
  agentType: 'safety',
  citations: [],
};
