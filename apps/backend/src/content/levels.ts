/**
 * The certification levels that divers and documents name. A longer name is taken whole: "Advanced Open Water" is the
 * advanced level and not the open water level, or its deeper limit would be quoted to a diver who may not go there.
 */
const names: readonly (readonly [level: string, name: RegExp])[] = [
  ['junior advanced', /\bjunior (advanced|aowd?)( open water| adventurer)?\b/],
  ['junior rescue', /\bjunior rescue\b/],
  [
    'junior 10',
    /\b(1[01]|ten|eleven)( and 11)?[- ]*(years?|yrs?|yo)\b|\bages? (10|11)\b|\baged (10|11|ten|eleven)\b|\b(is|of|turned|just) (10|11|ten|eleven)\b(?! (metre|meter|m\b|dive))/,
  ],
  [
    'junior 12',
    /\b(1[2-4]|twelve|thirteen|fourteen)[- ]*(years?|yrs?|yo)\b|\bages? 1[2-4]\b|\baged (1[2-4]|twelve|thirteen|fourteen)\b|\b(is|turned|just) (1[2-4]|twelve|thirteen|fourteen)\b(?! (metre|meter|m\b|dive|hour))/,
  ],
  ['junior', /\b(junior|child(ren)?|kids?|sons?|daughters?|teenagers?)( open water)?\b/],
  [
    'try dive',
    /\b(try dives?|discover scuba|dsd|try scuba|intro(ductory)? dives?|(uncertified|not certified|without (a )?(certification|licen[cs]e|card)|no (certification|licen[cs]e|card)))\b/,
  ],
  [
    'scuba diver',
    /\b(padi|ssi) scuba divers?\b|\bscuba diver (level|card|certification|cert|licen[cs]e)\b/,
  ],
  ['advanced', /\b(advanced|aowd?)( open water| adventurer)?\b/],
  ['adventure', /\badventure divers?\b/],
  [
    'deep',
    /\bdeep[- ](divers?|diving|dive)?\s?(specialt(y|ies)|speciality|training|certification|card|course|certified)\b|\bdeep[- ]divers?\b|\bdeep diving specialty\b/,
  ],
  ['rescue', /\b(rescue|stress (and|&) rescue)\b/],
  ['divemaster', /\b(divemasters?|dive masters?|dive guides?|dm)\b/],
  ['instructor', /\binstructors?\b/],
  ['master', /\bmaster (scuba )?divers?\b/],
  [
    'other specialty',
    /\b(night|wreck|drift|side-?mount|navigation|dry ?suit)\b(, (wreck|drift|sidemount|navigation))*( or dry suit)? (divers?|diving|speciality|specialty|certification|card|course)\b/,
  ],
  ['technical', /\b(technical|tec|tech)\b/],
  ['ocean diver', /\bocean divers?\b/],
  ['sports diver', /\bsports divers?\b/],
  ['dive leader', /\bdive leaders?\b/],
  ['one star', /\b(one|1|p)[- ]?(stars?|\*)/],
  ['two star', /\b(two|2)[- ]?(stars?|\*)/],
  ['open water', /\b(open[- ]?water|owd?|entry[- ]level)\b/],
];

/** The certification levels that a text names, each once, the more special ones first. */
export function listLevels(text: string): readonly string[] {
  let rest = text.toLowerCase();
  const found = names.filter(([, name]) => {
    const before = rest;
    rest = rest.replaceAll(new RegExp(name, 'g'), ' · ');
    return rest !== before;
  });
  return found.map(([level]) => level);
}
