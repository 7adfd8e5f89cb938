import type { Writer, WriterEvent } from '../model/fallback.js';
import { computeCostUsd } from '../model/prices.js';
import { ProviderError } from '../model/provider.js';
import type { Citation } from './contract.js';
import type { TurnContext } from './turn-context.js';
import type { ChatEvent } from './events.js';
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
  { signal, hurry, report }: TurnContext,
): AsyncGenerator<ChatEvent, WrittenAnswer | 'alarm' | undefined> {
  const { prompt, sources } = buildPrompt(parts);
  const startedMs = performance.now();
  let text = '';
  let spokenLength = 0;
  try {
    const either = AbortSignal.any([signal, hurry]);
    const events = writer.write(prompt, either, ({ provider, error }) =>
      report.fallbacks.push({ provider, fault: error.fault }),
    );
    for await (const event of events) {
      if (event.type === 'text') {
        report.firstTokenMs ??= Math.round(performance.now() - startedMs);
        text += event.text;
        if (text.trimStart().startsWith(alarm)) return 'alarm';
        // It may become the alarm yet: nothing is said before that is clear.
        if (alarm.startsWith(text.trimStart())) continue;
        yield { type: 'token', data: { text: text.slice(spokenLength) } };
        spokenLength = text.length;
      } else if (event.type === 'void') {
        text = '';
        spokenLength = 0;
      } else {
        noteUsage(report, event);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!hurry.aborted && !(error instanceof ProviderError)) throw error;
    return undefined;
  }
  if (leaksPrompt(text)) {
    report.isInjection = true;
    return undefined;
  }
  const citations = findCitations(text, sources);
  for (const citation of citations) yield { type: 'citation', data: citation };
  return { text: text.trim(), citations };
}

function noteUsage(report: TurnReport, end: Extract<WriterEvent, { readonly type: 'end' }>): void {
  const { provider, model, usage } = end;
  const costUsd = computeCostUsd(model, usage);
  Object.assign(report, { provider, model, ...usage, ...(costUsd !== undefined && { costUsd }) });
}
