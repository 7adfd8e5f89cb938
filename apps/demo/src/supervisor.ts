/**
 * Keeps the controller alive, as any platform would: one that dies is started again on the same port. Nothing is lost
 * meanwhile, for what was decided is on the service.
 */
import type { Child } from './child.js';
import type { Stack } from './stack.js';

/** Starts the controller of `stack`, and again whenever it ends before the stack does. Resolves with the first one. */
export async function keepController(
  stack: Stack,
  options: { readonly intervalMs: number; readonly say: (text: string) => void },
): Promise<Child> {
  const first = await stack.startController(options.intervalMs);
  const port = Number(new URL(first.url).port);
  const watch = async (child: Child): Promise<void> => {
    const how = await child.exited;
    if (stack.stopping.aborted) return;
    options.say(
      `  The controller ended (${how}). It is started again, and goes on from the service's record.`,
    );
    await watch(await stack.startController(options.intervalMs, port));
  };
  watch(first).catch((error: unknown) => {
    options.say(`  The controller could not be started again: ${String(error)}`);
  });
  return first;
}
