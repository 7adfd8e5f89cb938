/** A process that writes one decision after another, and says which ones are safe. Bundled and run by `journal.test.ts`. */
import { createJournal } from '../src/journal.js';

const [dir = '', from = '1', to = '1'] = process.argv.slice(2);
const journal = createJournal({ dir });
for (let seq = Number(from); seq <= Number(to); seq += 1) {
  const decision = {
    seq,
    atMs: seq,
    type: 'advanced',
    stage: 'canary',
    fromPercent: 0,
    toPercent: 10,
    verdict: null,
    by: 'ascent',
    sentence: `decision ${seq}, ${'with its evidence '.repeat(10)}`,
  } as const;
  await journal.append({ key: `web-00002-abc@1/${seq}/journal`, type: 'journal', decision });
  process.stdout.write(`${seq}\n`);
}
