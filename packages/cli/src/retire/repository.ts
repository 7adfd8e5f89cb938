/** A git repository, asked and changed through the `git` command. Nothing here pushes. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AscentError } from '@ascent/core';

/** Runs `git` in `dir`; resolves with what it printed. @throws AscentError `ASC_RETIRE_REFUSED` with git's own words. */
export async function git(dir: string, ...args: string[]): Promise<string> {
  // A path is that path, and no pattern.
  const env = { ...process.env, GIT_LITERAL_PATHSPECS: '1' };
  const options = { cwd: dir, maxBuffer: 64 * 1024 * 1024, env };
  return await new Promise((resolve, reject) => {
    execFile('git', args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new AscentError(
            'ASC_RETIRE_REFUSED',
            `git ${args.join(' ')} failed: ${stderr.trim() || error.message}`,
          ),
        );
    });
  });
}

/** True where `git` with `args` ends well. */
export async function gitHolds(dir: string, ...args: string[]): Promise<boolean> {
  return await git(dir, ...args).then(
    () => true,
    () => false,
  );
}

/** How many tracked files are at or below each path. */
export async function trackedFiles(dir: string, path: string): Promise<readonly string[]> {
  const listed = await git(dir, 'ls-files', '-z', '--', path);
  return listed.split('\0').filter((name) => name !== '');
}

/**
 * Does `work` on a new branch in a worktree of its own, so that the person's own checkout is never touched. Where `work`
 * fails the branch is removed again.
 */
export async function onNewBranch(
  dir: string,
  branch: string,
  work: (worktree: string) => Promise<void>,
): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'ascent-retire-'));
  const worktree = join(parent, 'worktree');
  try {
    await git(dir, 'worktree', 'add', '--quiet', '-b', branch, worktree, 'HEAD');
    try {
      await work(worktree);
    } catch (error) {
      await git(dir, 'worktree', 'remove', '--force', worktree);
      await git(dir, 'branch', '-D', branch);
      throw error;
    }
    await git(dir, 'worktree', 'remove', worktree);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}
