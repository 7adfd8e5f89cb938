import type { Answer } from './extractive-answer.js';
import { danHotlines } from './hotlines.js';

interface Language {
  /** Words that nearly every sentence holds. */
  readonly words: string;
  /** That the notes are in English. */
  readonly notice: string;
  /** Whom to call. */
  readonly help: string;
}

const languages: readonly Language[] = [
  {
    words:
      'ich wir man der das dem den im gibt und ist sind hat seit wie wo wann welche welcher welches welchen nicht mit für nach bei beim auf ein eine er kann darf soll muss mein meine freund freundin hilfe tauchen tauchgang',
    notice: 'Ich kann bisher nur Englisch; bitte frag mich auf Englisch.',
    help: `Wenn gerade jemand in Not ist: ruf sofort den Rettungsdienst (in Europa 112), dann das Divers Alert Network, Tag und Nacht: ${danHotlines}.`,
  },
  {
    words:
      'el la los las en del que qué cómo como cuál cuándo cuánto dónde puedo puede para con por una mi es está estamos hago después hasta amigo amiga novio novia ayuda socorro bucear buceo inmersión',
    notice: 'Por ahora solo sé inglés; por favor, pregúntame en inglés.',
    help: `Si alguien está en peligro ahora mismo: llama enseguida a los servicios de emergencia (112 en Europa) y después a Divers Alert Network, día y noche: ${danHotlines}.`,
  },
  {
    words:
      'je nous il elle on ne pas plus le la les des est que quel quelle comment combien où quand avec pour dans sur une mon ma mes peut puis avant après depuis copain copine femme mari secours plonger plongée',
    notice:
      "Pour l'instant je ne parle qu'anglais ; posez votre question en anglais, s'il vous plaît.",
    help: `Si quelqu'un est en danger maintenant : appelez tout de suite les secours (112 en Europe), puis Divers Alert Network, jour et nuit : ${danHotlines}.`,
  },
  {
    words:
      'io il la gli che non come quando quanto quale dove posso può con per una mio mia è dopo prima del della dal amico amica ragazza ragazzo aiuto immersione immersioni',
    notice: 'Per ora parlo solo inglese; per favore, chiedimi in inglese.',
    help: `Se qualcuno è in pericolo adesso: chiama subito i soccorsi (112 in Europa), poi Divers Alert Network, giorno e notte: ${danHotlines}.`,
  },
];

const english =
  'the is are am was how what when where which can do does i my your you he she to of for and with at after before dive diving should help';

/** So many words of a language, and more of them than of English, are that language. */
const wordsMin = 3;
const wordsMinInNeed = 2;

function findLanguage(message: string, least: number): Language | undefined {
  const said = message
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}]+/u);
  const count = (words: string): number => {
    const list = new Set(words.split(' '));
    return said.filter((word) => list.has(word)).length;
  };
  const [best] = languages
    .map((language) => ({ language, found: count(language.words) }))
    .sort((a, b) => b.found - a.found);
  if (!best || best.found < least || best.found <= count(english)) return undefined;
  return best.language;
}

const notices: ReadonlyMap<Language, Answer> = new Map(
  languages.map((language) => [
    language,
    { text: `${language.notice} ${language.help}`, agentType: 'general', citations: [] },
  ]),
);

/**
 * What is said to a question in another language that the notes, all in English, could not answer: that, and whom to call
 * in an emergency, in that language. Undefined for English and for languages it does not know.
 */
export function findForeignNotice(message: string): Answer | undefined {
  const language = findLanguage(message, wordsMin);
  return language && notices.get(language);
}

/** Whether an answer is one of these notices. */
export function isForeignNotice(answer: Answer): boolean {
  return [...notices.values()].includes(answer);
}

/** Whom to call, in the language of somebody who cries for help in it. */
export function findForeignHelp(message: string): string | undefined {
  return findLanguage(message, wordsMinInNeed)?.help;
}
