/** Nothing came within the pause. */
const quiet = Symbol('quiet');

/**
 * Passes on what a source yields, and `beat` whenever it has been quiet for `pauseMs`. Ends, fails and is given up together
 * with its source.
 */
export async function* withHeartbeat(
  source: AsyncGenerator<string>,
  { beat, pauseMs }: { readonly beat: string; readonly pauseMs: number },
): AsyncGenerator<string> {
  try {
    let next = source.next();
    for (;;) {
      const result = await waitFor(next, pauseMs);
      if (result === quiet) {
        yield beat;
        continue;
      }
      if (result.done === true) return;
      yield result.value;
      next = source.next();
    }
  } finally {
    await source.return(undefined);
  }
}

async function waitFor<T>(next: Promise<T>, pauseMs: number): Promise<T | typeof quiet> {
  let timer: NodeJS.Timeout | undefined;
  const pause = new Promise<typeof quiet>((resolve) => {
    timer = setTimeout(resolve, pauseMs, quiet);
  });
  try {
    return await Promise.race([next, pause]);
  } finally {
    clearTimeout(timer);
  }
}
