/**
 * The two ways a journal touches the disk: adding a line, and putting a whole document in place. Both are safe against
 * `kill -9` at any moment, and neither can take back what is already there.
 */
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

const NEWLINE = 0x0a;

/**
 * Adds one line in one `O_APPEND` write and waits until it is on the disk. A line that a crash or a full disk tore off
 * before is closed first, so that it spoils itself alone.
 */
export async function appendLine(path: string, line: string): Promise<void> {
  await makeFolder(dirname(path));
  const file = await open(path, 'a+');
  try {
    const torn = await endsTorn(file);
    const bytes = Buffer.from(`${torn ? '\n' : ''}${line}\n`);
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten !== bytes.length) {
      throw new Error(`only ${bytesWritten} of ${bytes.length} bytes could be written`);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never ends where a folder that is there says that it is
 * not, as `/proc` does and a network disk may; here the second such answer is the error.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (!isCode(error, 'ENOENT') || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (!isCode(error, 'EEXIST')) throw error;
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Puts a document in place whole or not at all: a temporary file, on the disk, then renamed. */
export async function putDocument(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/**
 * The lines of a file, each once: two controllers that write the same effect at the same moment write the same line. A
 * line that a crash tore off is among them, and whoever parses must expect it. No file has no lines.
 */
export async function readLines(path: string): Promise<readonly string[]> {
  try {
    const text = await readFile(path, 'utf8');
    return [...new Set(text.split('\n'))].filter((line) => line !== '');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function endsTorn(file: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== NEWLINE;
}
