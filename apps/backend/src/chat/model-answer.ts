import type { Writer, WriterEvent } from '../model/fallback.js';
import { computeCostUsd } from '../model/prices.js';
import { ProviderError, type Prompt } from '../model/provider.js';
import type { Citation } from './contract.js';
import type { TurnContext } from './turn-context.js';
import type { ChatEvent } from './events.js';
import { ifItIsHappeningNow } from './extractive-answer.js';
import { alarm, buildPrompt, findCitations, leaksPrompt, type PromptParts } from './prompt.js';
import type { TurnReport } from './turn-report.js';

/** A model's answer that may be given. */
export interface WrittenAnswer {
  readonly text: string;
  readonly citations: readonly Citation[];
}

/**
 * Lets a model answer, yielding its words as they come. Returns undefined if no provider could, if the instance must
 * hurry, or if the answer gives its rules away: the caller then gives the quoted answer. Returns `alarm` if the model
 * takes the message for an emergency: it is the net below the safety check. Throws if the diver has left.
 */
export async function* writeModelAnswer(
  writer: Writer,
  parts: PromptParts,
  context: TurnContext,
): AsyncGenerator<ChatEvent, WrittenAnswer | 'alarm' | undefined> {
  const { signal, hurry, report } = context;
  const { prompt, sources } = buildPrompt(parts);
  let text: string;
  try {
    text = yield* listen(writer, prompt, context);
  } catch (error) {
    signal.throwIfAborted();
    if (!hurry.aborted && !(error instanceof ProviderError)) throw error;
    return undefined;
  }
  if (raisesAlarm(text)) return 'alarm';
  if (leaksPrompt(text)) {
    report.isInjection = true;
    return undefined;
  }
  const closing = parts.agentType === 'safety' ? `\n\n${ifItIsHappeningNow}` : '';
  if (closing !== '') yield { type: 'token', data: { text: closing } };
  const citations = findCitations(text, sources);
  for (const citation of citations) yield { type: 'citation', data: citation };
  return { text: `${text.trim()}${closing}`, citations };
}

/** Passes on what a model says and returns all of it; silent from the moment it raises the alarm. */
async function* listen(
  writer: Writer,
  prompt: Prompt,
  { signal, hurry, report }: TurnContext,
): AsyncGenerator<ChatEvent, string> {
  const startedMs = performance.now();
  let text = '';
  let spokenLength = 0;
  const either = AbortSignal.any([signal, hurry]);
  const events = writer.write(prompt, either, ({ provider, error }) =>
    report.fallbacks.push({ provider, fault: error.fault }),
  );
  for await (const event of events) {
    if (event.type === 'text') {
      report.firstTokenMs ??= Math.round(performance.now() - startedMs);
      text += event.text;
      if (text.includes(alarm)) return text;
      if (mayRaiseAlarm(text)) continue;
      yield { type: 'token', data: { text: text.slice(spokenLength) } };
      spokenLength = text.length;
    } else if (event.type === 'void') {
      text = '';
      spokenLength = 0;
    } else {
      noteUsage(report, event);
    }
  }
  return text;
}

/** Models also say `**EMERGENCY**` or `Emergency.`: nobody else shouts the word, or says nothing else. */
function raisesAlarm(text: string): boolean {
  return text.includes(alarm) || lettersOf(text) === alarm;
}

/** Whether this may become the alarm yet: nothing is said before that is clear. */
function mayRaiseAlarm(text: string): boolean {
  return alarm.startsWith(lettersOf(text));
}

function lettersOf(text: string): string {
  return text.replace(/[^a-z]/gi, '').toUpperCase();
}

function noteUsage(report: TurnReport, end: Extract<WriterEvent, { readonly type: 'end' }>): void {
  const { provider, model, usage } = end;
  const costUsd = computeCostUsd(model, usage);
  Object.assign(report, { provider, model, ...usage, ...(costUsd !== undefined && { costUsd }) });
}
