/**
 * Takes apart what a container without a terminal writes: frames of eight bytes (which stream, three zeros, the
 * length in network order) and that many bytes, cut wherever the network likes.
 * https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach
 */
import type { OutputStream } from '../instances/instance-process.js';

const headerBytes = 8;

/** Gives each line of each stream to `onLine`; the function returned takes the bytes as they come. */
export function readFrames(
  onLine: (stream: OutputStream, line: string) => void,
): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  const partial: Record<OutputStream, string> = { stdout: '', stderr: '' };
  const take = (stream: OutputStream, text: string): void => {
    const lines = (partial[stream] + text).split('\n');
    partial[stream] = lines.pop() ?? '';
    for (const line of lines) onLine(stream, line.replace(/\r$/, ''));
  };
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= headerBytes) {
      const end = headerBytes + held.readUInt32BE(4);
      if (held.length < end) return;
      take(held[0] === 2 ? 'stderr' : 'stdout', held.toString('utf8', headerBytes, end));
      held = held.subarray(end);
    }
  };
}
