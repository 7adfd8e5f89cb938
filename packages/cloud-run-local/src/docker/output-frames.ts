/**
 * Takes apart what a container without a terminal writes: frames of eight bytes (which stream, three zeros, the
 * length in network order) and that many bytes, cut wherever the network likes.
 * https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach
 */
import type { OutputStream } from '../instances/instance-process.js';
import { splitLines, type LineSplitter } from '../logging/line-splitter.js';

const headerBytes = 8;

/** Gives each line of each stream to `onLine`; the function returned takes the bytes as they come. */
export function readFrames(
  onLine: (stream: OutputStream, line: string) => void,
): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  const splitterOf = (stream: OutputStream): LineSplitter =>
    splitLines((line) => {
      onLine(stream, line);
    });
  const splitters = { stdout: splitterOf('stdout'), stderr: splitterOf('stderr') };
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= headerBytes) {
      const end = headerBytes + held.readUInt32BE(4);
      if (held.length < end) return;
      splitters[held[0] === 2 ? 'stderr' : 'stdout'].push(held.subarray(headerBytes, end));
      held = held.subarray(end);
    }
  };
}
