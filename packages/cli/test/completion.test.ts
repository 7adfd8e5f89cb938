/** Completion in the shells themselves. A shell that is not installed is not tested. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAscent } from './run-ascent.js';

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ascent-completion-'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await runAscent(['completion', shell]);
    writeFileSync(join(dir, `ascent.${shell}`), stdout);
  }
  writeFileSync(join(dir, 'my-plan.yaml'), '');
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

function isInstalled(shell: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((bin) => existsSync(join(bin, shell)));
}

function run(shell: string, script: string, args: readonly string[]): readonly string[] {
  const { stdout, stderr } = spawnSync(shell, ['-c', script, ...args], {
    cwd: dir,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: dir, TERM: 'dumb' },
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe.runIf(isInstalled('bash'))('bash', () => {
  const complete = (...words: string[]): readonly string[] =>
    run(
      'bash',
      'source ./ascent.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ascent; printf "%s\\n" "${COMPREPLY[@]}"',
      ['bash', 'ascent', ...words],
    );

  test('knows the script and registers it', () => {
    expect(run('bash', 'source ./ascent.bash; complete -p ascent', [])).toEqual([
      'complete -o filenames -F _ascent ascent',
    ]);
  });
  test('completes a command', () => {
    expect(complete('ro')).toEqual(['rollback']);
    expect(complete('s')).toEqual(['status', 'serve', 'skip', 'silence', 'simulate']);
  });
  test('completes the options of a command', () => {
    expect(complete('rollback', '--r')).toEqual(['--reason']);
    expect(complete('check', '--r')).toEqual([]);
  });
  test('completes a file where a file is wanted, and nothing where words are', () => {
    expect(complete('status', '--plan', 'my-')).toEqual(['my-plan.yaml']);
    expect(complete('rollback', '--reason', '')).toEqual([]);
  });
  test('completes a value', () => {
    expect(complete('completion', 'z')).toEqual(['zsh']);
    expect(complete('help', 'appr')).toEqual(['approve']);
  });
});

describe.runIf(isInstalled('zsh'))('zsh', () => {
  test('reads the script, and it registers itself', () => {
    const script =
      'autoload -U compinit; compinit -D -u; source ./ascent.zsh; print -- $_comps[ascent]; whence -w _ascent';
    expect(run('zsh', script, [])).toEqual(['_ascent', '_ascent: function']);
  });
  test('offers the commands and the options of one', () => {
    // The completion system works inside an editor only, so the two functions it calls are listened to.
    const script = `
      compdef() { : }
      source ./ascent.zsh
      _describe() { print -l -- "\${(@P)2}" }
      _arguments() { print -l -- "$@" }
      words=(ascent ro); CURRENT=2; _ascent
      words=(ascent rollback --); CURRENT=3; _ascent`;
    const offered = run('zsh', script, []);
    expect(offered).toContain('rollback:send all traffic back to the stable revision, now');
    expect(offered).toContain('--reason[why; it goes into the audit log]:value: ');
  });
});

describe.runIf(isInstalled('fish'))('fish', () => {
  const complete = (line: string): readonly string[] =>
    run('fish', `source ./ascent.fish; complete -C ${JSON.stringify(line)}`, []).map(
      (found) => found.split('\t')[0] ?? '',
    );
  test('completes a command, an option and a value', () => {
    expect(complete('ascent rol')).toEqual(['rollback']);
    expect(complete('ascent rollback --re')).toEqual(['--reason']);
    expect(complete('ascent completion z')).toEqual(['zsh']);
  });
});
