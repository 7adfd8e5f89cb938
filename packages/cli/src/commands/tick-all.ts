/** `ascent tick --all`: one step of every service that carries Ascent's label, where the plan's own service runs. */
import { tickAll, type ManagedService, type ServiceTurn } from '@ascent/controller';
import { AscentError } from '@ascent/core';
import { createPlanPort, listManagedServices, MANAGED_LABEL } from '@ascent/platform';
import { noteUndelivered, print } from '../output.js';
import type { Session } from '../session.js';
import { statusWords } from '../status-text.js';
import { createWorld } from '../wiring.js';

/** Resolves with the exit status: 0, or that of the first service whose step failed. The others' steps were taken. */
export async function tickEveryService(
  { plan, person, json }: Session,
  { journal }: { readonly journal: string },
): Promise<number> {
  const names = await listManagedServices(plan.platform);
  const services = names.map((name): ManagedService => ({
    name,
    port: createPlanPort({ ...plan.platform, service: name }),
    plan: name === plan.service ? plan : null,
  }));
  const turns = await tickAll(services, {
    by: person,
    worldOf: (of, service) => createWorld(of, { journalDir: journal, service }),
  });
  const lines = turns.map((turn) => `${turn.service}: ${wordsOf(turn)}`);
  const none = `No service there carries the label ${MANAGED_LABEL}; add it to those that Ascent is to look after.`;
  print(lines.join('\n') || none, { services: turns.map(plainTurn) }, { json });
  noteUndelivered(
    turns.flatMap((turn) =>
      turn.type === 'stepped'
        ? turn.report.undelivered.map((one) => ({
            ...one,
            reason: `${turn.service}: ${one.reason}`,
          }))
        : [],
    ),
  );
  const failed = turns.find((turn) => turn.type === 'failed');
  if (failed === undefined) return 0;
  return failed.error instanceof AscentError ? failed.error.exitStatus : 1;
}

function wordsOf(turn: ServiceTurn): string {
  switch (turn.type) {
    case 'planless':
      return turn.reason;
    case 'failed':
      return faultOf(turn.error);
    case 'stepped': {
      const rollout = turn.report.record?.rollout;
      if (turn.report.idle !== null) return turn.report.idle;
      return rollout
        ? `${rollout.candidate} is ${statusWords(rollout.status)} at ${rollout.sharePercent} %`
        : 'adopted';
    }
  }
}

function faultOf(error: unknown): string {
  if (error instanceof AscentError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A turn in plain JSON. */
function plainTurn(turn: ServiceTurn): unknown {
  if (turn.type !== 'failed') return turn;
  const { service, type, error } = turn;
  const code = error instanceof AscentError ? error.code : null;
  return { service, type, error: { code, message: faultOf(error) } };
}
