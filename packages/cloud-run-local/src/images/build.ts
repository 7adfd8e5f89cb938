/**
 * `image build`: a directory with an `image.json` becomes an image, as `FROM scratch; WORKDIR …; COPY . .`
 * would. The digest is the SHA-256 of the configuration and of every file's path, mode and contents, so the
 * same directory always gives the same digest and an image is never written twice.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { imageConfigSchema, type ImageConfig } from './image-config.js';
import { parseImageReference } from './image-reference.js';
import { imageFolder, writeTag } from './image-store.js';

/** What was built. */
export interface BuiltImage {
  readonly tag: string;
  /** `sha256:…` of the contents. */
  readonly digest: string;
  /** `name@sha256:…`, the way to deploy exactly this. */
  readonly image: string;
}

const configFileName = 'image.json';

/**
 * Builds the image of `directory` into the store of `dataDir`.
 * @throws Error naming the file or field at fault and what to do about it.
 */
export async function buildImage(
  directory: string,
  { tag, dataDir }: { tag: string; dataDir: string },
): Promise<BuiltImage> {
  const reference = parseImageReference(tag);
  if (reference?.tag === undefined) {
    throw new Error(`--tag '${tag}' is no image reference; give NAME:TAG, such as backend:1`);
  }
  const config = await readConfig(directory);
  const files = await listFiles(directory);
  const digest = await digestOf(directory, { config, files });
  const folder = imageFolder(dataDir, reference.name);
  const contents = join(folder, digest.replace(':', '-'));
  if (!existsSync(contents)) await copyInto(contents, { directory, config, files });
  await writeTag(folder, { tag: reference.tag, digest });
  return { tag, digest, image: `${reference.name}@${digest}` };
}

async function readJsonFile(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} is no JSON: ${reason}`, { cause: error });
  }
}

async function readConfig(directory: string): Promise<ImageConfig> {
  const file = join(directory, configFileName);
  if (!existsSync(file)) {
    throw new Error(
      `${file} is missing; an image directory needs one, such as {"Entrypoint":["node","server.js"]}`,
    );
  }
  const parsed = imageConfigSchema.safeParse(await readJsonFile(file));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`${file} is no OCI image configuration: ${faults.join('; ')}`);
  }
  const { Entrypoint, Cmd, WorkingDir } = parsed.data;
  if ((WorkingDir ?? '').split('/').includes('..')) {
    throw new Error(
      `${file}: WorkingDir '${WorkingDir ?? ''}' may lead out of the image; give a path without '..'`,
    );
  }
  if ((Entrypoint ?? []).length + (Cmd ?? []).length === 0) {
    throw new Error(`${file} names no program; give Entrypoint or Cmd`);
  }
  return parsed.data;
}

async function listFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== configFileName)
    .sort();
}

interface Contents {
  readonly directory: string;
  readonly config: ImageConfig;
  readonly files: readonly string[];
}

async function digestOf(directory: string, contents: Omit<Contents, 'directory'>): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(contents.config));
  for (const path of contents.files) {
    const file = join(directory, path);
    const status = await stat(file);
    // Reading a pipe waits for somebody who writes into it.
    if (!status.isFile() && !status.isDirectory()) {
      throw new Error(
        `${file} is neither a file nor a directory (such as a pipe or a socket); remove it`,
      );
    }
    const executable = (status.mode & 0o111) !== 0;
    const fileHash = createHash('sha256');
    await pipeline(createReadStream(file), fileHash);
    hash.update(`\n${path}\0${executable ? 'x' : '-'}\0${fileHash.digest('hex')}`);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** A directory that already holds its working directory is a whole root; otherwise its files go into it. */
function rootPrefix({ directory, config }: Contents): string {
  const workingDir = (config.WorkingDir ?? '/').replace(/^\/+|\/+$/g, '');
  return workingDir === '' || existsSync(join(directory, workingDir)) ? '' : workingDir;
}

async function copyInto(contentsDir: string, contents: Contents): Promise<void> {
  const partial = `${contentsDir}.${process.pid}.partial`;
  await rm(partial, { recursive: true, force: true });
  const target = join(partial, 'rootfs', rootPrefix(contents));
  await mkdir(target, { recursive: true });
  await cp(contents.directory, target, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => source !== join(contents.directory, configFileName),
  });
  await writeFile(join(partial, 'config.json'), JSON.stringify(contents.config, undefined, 2));
  await rename(partial, contentsDir);
}
