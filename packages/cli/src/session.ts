/** What every command starts from: the plan, the world it names, who is asking and how to answer. */
import { userInfo } from 'node:os';
import type { World } from '@ascent/controller';
import type { RolloutPlan } from '@ascent/core';
import type { Slow } from '@ascent/platform';
import { note } from './output.js';
import type { QuickFetch } from './quick-fetch.js';
import { loadPlan } from './plan-file.js';
import { createWorld } from './wiring.js';

/** The options all commands share. */
export type SharedOptions = {
  readonly plan: string;
  readonly journal: string;
  readonly json?: boolean;
  readonly as?: string;
};

/** A command's surroundings. */
export type Session = {
  readonly plan: RolloutPlan;
  readonly world: World;
  readonly person: string;
  readonly json: boolean;
};

/**
 * Loads the plan and connects its ports, over `fetch` where a command brings its own.
 * @throws AscentError for a plan that cannot be read or has faults.
 */
export async function openSession(options: SharedOptions, fetch?: QuickFetch): Promise<Session> {
  const plan = await loadPlan(options.plan);
  const json = options.json === true;
  const slow = process.stderr.isTTY && !json ? patience : undefined;
  return {
    plan,
    world: createWorld(plan, { journalDir: options.journal, slow, fetch }),
    person: options.as ?? userName(),
    json,
  };
}

/** A platform may take half a minute to answer; a person wonders after two seconds. */
const patience: Slow = {
  afterMs: 2_000,
  tell: (what) => {
    note(`Still waiting for ${what}; it is tried for half a minute. Ctrl-C gives up.`);
  },
};

/** The account's name; in a container an account may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
