/** cloud-run-local as its users run it: the bundled program, in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The bundle that `npm run build` makes. */
export const program = fileURLToPath(new URL('../dist/cloud-run-local.js', import.meta.url));

/** The program, running; it can be asked like an emulator in this process. */
export interface Program {
  readonly child: ChildProcess;
  readonly emulator: { readonly url: string };
}

const started = new Set<ChildProcess>();

/** Ends every program a failed test left running; for `afterAll`. */
export function killPrograms(): void {
  for (const child of started) child.kill('SIGKILL');
}

/** Starts the program on a free port; resolves once it says that it is ready. */
export async function startProgram(dataDir: string, ...more: string[]): Promise<Program> {
  const args = [program, 'start', '--port', '0', '--data', dataDir, ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  started.add(child);
  child.once('exit', () => started.delete(child));
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const { url } = JSON.parse(line) as { url: string };
    return { child, emulator: { url } };
  }
  throw new Error('cloud-run-local ended before it was ready');
}

/** Asks the program to end; resolves with its exit status. */
export function stopProgram({ child }: Program): Promise<number | null> {
  child.kill('SIGTERM');
  return new Promise((resolve) => child.once('exit', resolve));
}
