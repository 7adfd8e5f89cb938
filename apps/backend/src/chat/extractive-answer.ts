import type { Passage } from '../content/retrieval.js';
import type { AgentType, Citation } from './contract.js';

/** An answer that can be given as it stands. */
export interface Answer {
  readonly text: string;
  readonly agentType: AgentType;
  readonly citations: readonly Citation[];
  readonly followUpQuestion?: string;
}

const agentOfArea = {
  certification: 'certification',
  destinations: 'trip',
  safety: 'safety',
  general: 'general',
} as const satisfies Record<Passage['area'], AgentType>;

/** What is said when the content does not hold the answer. */
export const nothingFound: Answer = {
  text:
    'I have nothing about that in my notes, and I would rather say so than guess. ' +
    'Ask me about courses and certification, dive destinations, equipment, or how to dive safely.',
  agentType: 'general',
  citations: [],
  followUpQuestion: 'Are you asking about a course, a place to dive, or diving safely?',
};

/** At this share of the best document's score another document is about the question as well. */
const alsoAboutIt = 0.9;
/** A second passage is quoted if it answers nearly as well as the first. */
const nearlyAsGood = 0.6;
/** Below this score, or this share of the question's words, the best document has only strayed into the question. */
const documentScoreMin = 6.2;
const coverageMin = 0.38;

const ifItIsHappeningNow =
  'If this is happening to somebody now, do not read on: call the local emergency services, then DAN (America +1-919-684-9111, Europe +39-06-4211-5685).';

/** Whether what was found is about the question at all; measured on the labelled questions and on off-topic ones. */
export function isRelevant({ documentScore, coverage }: Passage): boolean {
  return documentScore >= documentScoreMin && coverage >= coverageMin;
}

/**
 * Answers by quoting the passages that fit best: first the best section, then a second one if it is nearly as good.
 * The content is written so that each section begins with its answer; nothing is cut from it and nothing is added.
 */
export function quoteAnswer(passages: readonly Passage[]): Answer {
  const [best] = passages;
  if (!best || !isRelevant(best)) return nothingFound;
  const candidates = passages
    .filter(({ documentScore }) => documentScore >= alsoAboutIt * best.documentScore)
    .sort((a, b) => rank(b) - rank(a));
  const [first = best, ...others] = candidates;
  const second = others.find((other) => rank(other) >= nearlyAsGood * rank(first));
  const quoted = second ? [first, second] : [first];
  const followUp = findFollowUp(passages, quoted);
  const agentType = agentOfArea[first.area];
  const paragraphs = quoted.map(({ body }) => body);
  return {
    // The net below the safety check, which cannot know every way of crying for help.
    text: [...paragraphs, ...(agentType === 'safety' ? [ifItIsHappeningNow] : [])].join('\n\n'),
    agentType,
    citations: quoted.map(cite),
    ...(followUp !== undefined && { followUpQuestion: followUp }),
  };
}

/** The source of a passage. */
export function cite({ title, slug, area, heading, position }: Passage): Citation {
  return { title, slug, area, section: position === 0 ? 'Summary' : heading };
}

function rank({ documentScore, passageScore }: Passage): number {
  return documentScore + 2 * passageScore;
}

/** Offers the section of the same document that comes next in relevance: it is there, so the promise can be kept. */
function findFollowUp(
  passages: readonly Passage[],
  quoted: readonly Passage[],
): string | undefined {
  const next = passages.find(
    (passage) =>
      passage.position > 0 && passage.slug === quoted[0]?.slug && !quoted.includes(passage),
  );
  return next && `Would you also like to know about "${next.heading}" (${next.title})?`;
}
