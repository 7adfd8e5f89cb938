import { anyOf } from './safety-words.js';

/**
 * Emergencies in Spanish, German, French and Italian, because somebody in distress falls back on his own language; for text
 * that `normaliseMessage` has prepared.
 */

/** Somebody is dying, lost or unwell after a dive, unless it is theory. */
export const foreignCatastrophe = anyOf(
  'no (?:puede|puedo) (?:mover|caminar|hablar|ver)|reagiert nicht|n\\W?arrive plus a|ne (?:peut|peux) plus|antwortet nicht|nicht ansprechbar|kann nicht (?:atmen|mehr)',
  // Spanish
  'ayuda\\b|socorro\\b(?! ?(?:island|mexico))|auxilio|urgen(?:te|cia)\\b|emergencia\\b|no (?:puede |puedo )?respira\\w*|inconsciente|perdio el conocimiento|desmay\\w+|no ha salido|no (?:sube|salio) a la superficie|se (?:ahoga|esta ahogando)|no siento (?:las|los|mis|el|la)|no puedo mover|escupe sangre|tose sangre|(?:hormigueo|dolor en el pecho|entumec\\w+|mareo\\w*|adormecid\\w+)',
  // German
  'hilfe\\b|notfall|bewusstlos|bewu(?:ss|ß)tlos|atmet nicht|keine luft|bekomm\\w* keine luft|ohnmachtig|nicht aufgetaucht|wird vermisst|ertrunken|ertrinkt|(?:meine|die) (?:beine|arme|hande|finger).{0,30}(?:nicht|taub)|brustschmerz\\w*|hustet? blut|kribbeln|lahm(?:ung|ungen)|gelahmt|taubheit\\w*',
  // French
  'au secours|a l\\W?aide|urgence|ne respire (?:plus|pas)|inconscient|perdu connaissance|evanoui|n\\W?est pas (?:remonte|ressorti)|noyade|se noie|noye\\w*|ne sens plus|crache (?:du|le) sang|tousse du sang|fourmillements?|douleur a la poitrine|paralys[ei]\\w*',
  // Italian
  'aiuto\\b|non respira|svenut[oa]|incoscient[ei]|non (?:e|è) (?:risalito|riemerso)|annega|non sento (?:piu )?(?:le|i) |formicolio|dolore al petto',
);

/** After a dive, in any of them: nearly always somebody who is not well. */
export const foreignAfterDive = anyOf(
  'nach (?:dem|meinem|unserem|einem) (?:\\w+ )?(?:tauchgang|tauchen)|despues de (?:bucear|la inmersion|mi inmersion|una inmersion)|apres (?:la|ma|notre|une) plongee|dopo (?:l\\W?immersione|la immersione)',
);

/** Speaks of flying: then "after the dive" is a question of hours. */
export const foreignFlight =
  /\b(?:flieg\w*|flug\w*|vol|volar|vuelo|l?avion|voler|volare|l?aereo|voo|voar)\b/;

/** "What is the bends?" in these languages. */
export const foreignTheory = anyOf(
  'cest quoi|que es\\b|was ist\\b|para mi curso|fur (?:meinen|den) kurs|pour mon cours',
);
