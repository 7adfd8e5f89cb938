import type { Passage } from '../content/passage.js';
import { isRelevant } from '../content/retrieval.js';
import type { AgentType, Citation } from './contract.js';
import { danHotlines } from './hotlines.js';

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

/** The net below the safety check, at the end of answers about safety. */
export const ifItIsHappeningNow = `If this is happening to somebody now, do not read on: call the local emergency services, then the Divers Alert Network (${danHotlines}).`;

/**
 * Answers by quoting the passages that fit best: first the best section, then a second one if it is nearly as good.
 * The content is written so that each section begins with its answer; nothing is cut from it and nothing is added.
 */
export function quoteAnswer(passages: readonly Passage[]): Answer {
  const [best] = passages;
  if (!best || !(best.isExact || isRelevant(best))) return nothingFound;
  const quoted = choosePassages(passages, best);
  const followUp = findFollowUp(passages, quoted);
  const agentType = agentOfArea[(quoted[0] ?? best).area];
  const paragraphs = quoted.map(({ body }) => body);
  return {
    // The net below the safety check, which cannot know every way of crying for help.
    text: [...paragraphs, ...(agentType === 'safety' ? [ifItIsHappeningNow] : [])].join('\n\n'),
    agentType,
    citations: quoted.map(cite),
    ...(followUp !== undefined && { followUpQuestion: followUp }),
  };
}

function choosePassages(passages: readonly Passage[], best: Passage): readonly Passage[] {
  // A second passage might name the figure of another level.
  if (best.isExact) return [best];
  return best.fusedScore === undefined
    ? chooseByWords(passages, best)
    : chooseFused(passages, best);
}

function chooseByWords(passages: readonly Passage[], best: Passage): readonly Passage[] {
  const candidates = passages
    .filter(({ documentScore }) => documentScore >= alsoAboutIt * best.documentScore)
    .sort((a, b) => rank(b) - rank(a));
  const [first = best, ...others] = candidates;
  const second = others.find((other) => rank(other) >= nearlyAsGood * rank(first));
  return second ? [first, second] : [first];
}

/** Fused passages are in their order already; what stands second in the best document is about the same question. */
function chooseFused([, next]: readonly Passage[], best: Passage): readonly Passage[] {
  return next?.slug === best.slug ? [best, next] : [best];
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
