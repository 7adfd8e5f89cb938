/**
 * A program that ends when its caller is gone, however the caller died. `/bin/sh` becomes the program and leaves a
 * watcher behind, which waits on the caller's end of standard input: the kernel closes it even after kill -9. The
 * watcher is a grandchild (two brackets), because the program would wonder about a child it never started.
 */
export function ownedCommand(
  signal: 'INT' | 'TERM',
  command: readonly string[],
): { readonly file: string; readonly args: readonly string[] } {
  const script = `exec 3<&0; ( ( read -r _ <&3; kill -${signal} $$ ) >/dev/null 2>&1 & ); exec "$@" 3<&- </dev/null`;
  return { file: '/bin/sh', args: ['-c', script, 'sh', ...command] };
}
