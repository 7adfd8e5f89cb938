/**
 * The images of this machine: `<data>/images/<name>/sha256-<hex>/` holds `config.json` (how to run it) and
 * `rootfs/` (its files); `tags.json` beside the digests says which digest a tag means now.
 *
 * An image is a folder and not a layered archive because it is run as a process of this machine: nothing
 * would ever unpack the layers twice.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { imageConfigSchema, type ImageConfig } from './image-config.js';
import { parseImageReference } from './image-reference.js';

/** An image of this machine. */
export interface FolderImage {
  /** `name@sha256:…`: what a revision reports as its digest. */
  readonly digestReference: string;
  readonly config: ImageConfig;
  readonly rootfs: string;
}

const tagsSchema = z.record(z.string(), z.string());

/** Where the images of a data directory live. */
function imagesDir(dataDir: string): string {
  return join(dataDir, 'images');
}

/** The folder of one image; a port in a registry's name would not be a portable file name. */
export function imageFolder(dataDir: string, name: string): string {
  return join(imagesDir(dataDir), ...name.replaceAll(':', '_').split('/'));
}

async function readJson<Value>(file: string, schema: z.ZodType<Value>): Promise<Value> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be read (${reason}); build the image again.`, {
      cause: error,
    });
  }
}

async function readTags(folder: string): Promise<Record<string, string>> {
  const file = join(folder, 'tags.json');
  if (!existsSync(file)) return {};
  return readJson(file, tagsSchema);
}

async function digestOfTag(folder: string, tag: string): Promise<string | undefined> {
  const tags = await readTags(folder);
  // A tag may be called `constructor`.
  return Object.hasOwn(tags, tag) ? tags[tag] : undefined;
}

/** Points a tag at a digest, in one rename. */
export async function writeTag(
  folder: string,
  { tag, digest }: { tag: string; digest: string },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const tags = { ...(await readTags(folder)), [tag]: digest };
  const partial = join(folder, `tags.json.${process.pid}`);
  await writeFile(partial, JSON.stringify(tags, undefined, 2));
  await rename(partial, join(folder, 'tags.json'));
}

/** Finds the image of this machine a reference means now. */
export async function findImage(dataDir: string, text: string): Promise<FolderImage | undefined> {
  const reference = parseImageReference(text);
  if (reference === undefined) return undefined;
  // divergence: images
  const folder = imageFolder(dataDir, reference.name);
  const digest = reference.digest ?? (await digestOfTag(folder, reference.tag ?? 'latest'));
  if (digest === undefined) return undefined;
  const contents = join(folder, digest.replace(':', '-'));
  const configFile = join(contents, 'config.json');
  if (!existsSync(configFile)) return undefined;
  const config = await readJson(configFile, imageConfigSchema);
  return {
    digestReference: `${reference.name}@${digest}`,
    config,
    rootfs: join(contents, 'rootfs'),
  };
}
