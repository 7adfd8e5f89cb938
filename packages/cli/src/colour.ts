/** Whether a stream is given colours: https://no-color.org and https://force-color.org, else only where a person looks. */
import pc from 'picocolors';

/** Functions that colour a text, or leave it as it is. */
export type Colours = ReturnType<typeof pc.createColors>;

/** True where `stream` may be coloured. `NO_COLOR` wins over `FORCE_COLOR`; without either a terminal decides. */
export function wantsColour(
  env: NodeJS.ProcessEnv,
  stream: { readonly isTTY?: boolean | undefined },
): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** The colours of what goes to stdout. */
export function colours(): Colours {
  return pc.createColors(wantsColour(process.env, process.stdout));
}
