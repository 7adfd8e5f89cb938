// What tests need from outside npm: real servers and a real browser, from Debian's own packages.
// Installed where that is possible (Debian, root), and otherwise named in one clear error.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Program → the Debian package that has it. */
const packageOf = { chromium: 'chromium', prometheus: 'prometheus', promtool: 'prometheus' };

/** Path of `program`, or `null`. @param {string} program */
export function whichProgram(program) {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(dir, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/**
 * Makes sure that every one of `programs` can be run.
 * @param {readonly (keyof typeof packageOf)[]} programs
 * @throws {Error} naming what is missing and the command that installs it
 */
export function ensurePrograms(programs) {
  const missing = programs.filter((program) => whichProgram(program) === null);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => packageOf[program]))];
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || whichProgram('apt-get') === null) {
    throw new Error(
      `The tests need ${missing.join(' and ')}, which npm cannot bring. Install them first: sudo ${command}`,
    );
  }
  console.log(`Installing ${packages.join(', ')} from Debian for the tests ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (args) =>
    execFileSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  run(['update', '-q']);
  // The prometheus package would start its service on installation; tests start their own, on free ports.
  run(['install', '-y', '-q', '--no-install-recommends', ...packages]);
}
