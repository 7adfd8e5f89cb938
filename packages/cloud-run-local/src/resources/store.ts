/**
 * Everything that survives a restart: services and their revisions, one JSON file per service under
 * `<data>/services/`. A user's write is on disk before it is answered; what reconciliation changes follows
 * a moment later, because it would be found out again.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOf, type RevisionRecord, type ServiceKey, type ServiceRecord } from './record.js';

interface Entry {
  service: ServiceRecord;
  revisions: Map<string, RevisionRecord>;
}

interface StoredEntry {
  readonly service: ServiceRecord;
  readonly revisions: readonly RevisionRecord[];
}

/** @throws Error naming the file; it is not passed over, so that no service is lost unnoticed. */
async function readEntry(file: string): Promise<StoredEntry> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as StoredEntry;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${file} cannot be read (${reason}); move it away to start without its service`,
      {
        cause: error,
      },
    );
  }
}

/** Services and revisions by key. Records are replaced, never changed in place. */
export class ResourceStore {
  readonly #folder: string;
  readonly #entries = new Map<string, Entry>();
  /** The last write of each file; writes of one file are done one after the other. */
  readonly #writes = new Map<string, Promise<void>>();

  private constructor(dataDir: string) {
    this.#folder = join(dataDir, 'services');
  }

  /** Reads what an earlier run left behind. */
  static async open(dataDir: string): Promise<ResourceStore> {
    const store = new ResourceStore(dataDir);
    await mkdir(store.#folder, { recursive: true });
    for (const file of await readdir(store.#folder)) {
      if (!file.endsWith('.json')) continue;
      const { service, revisions } = await readEntry(join(store.#folder, file));
      const byName = new Map(revisions.map((revision) => [revision.name, revision]));
      store.#entries.set(keyOf(service.key), { service, revisions: byName });
    }
    return store;
  }

  /** The latest time, in microseconds since 1970, that anything kept here was written or changed at. */
  latestUs(): number {
    const entries = [...this.#entries.values()];
    return Math.max(
      0,
      ...entries.map(({ service }) => Math.max(service.writtenUs, service.changedUs)),
    );
  }

  service(key: ServiceKey): ServiceRecord | undefined {
    return this.#entries.get(keyOf(key))?.service;
  }

  /** The services of a project, newest first. */
  services(project?: string): readonly ServiceRecord[] {
    return [...this.#entries.values()]
      .map((entry) => entry.service)
      .filter((service) => project === undefined || service.key.project === project)
      .sort((a, b) => b.createdUs - a.createdUs);
  }

  /** The revisions of a service by name, oldest first. */
  revisions(key: ServiceKey): ReadonlyMap<string, RevisionRecord> {
    return this.#entries.get(keyOf(key))?.revisions ?? new Map<string, RevisionRecord>();
  }

  putService(service: ServiceRecord): void {
    const entry = this.#entries.get(keyOf(service.key));
    if (entry === undefined) {
      this.#entries.set(keyOf(service.key), { service, revisions: new Map() });
    } else {
      entry.service = service;
    }
  }

  putRevision(key: ServiceKey, revision: RevisionRecord): void {
    this.#entries.get(keyOf(key))?.revisions.set(revision.name, revision);
  }

  removeRevision(key: ServiceKey, name: string): void {
    this.#entries.get(keyOf(key))?.revisions.delete(name);
  }

  removeService(key: ServiceKey): void {
    this.#entries.delete(keyOf(key));
  }

  /** Writes the newest state of a service to disk; resolves when it is there. */
  async flush(key: ServiceKey): Promise<void> {
    const id = keyOf(key);
    const earlier = this.#writes.get(id) ?? Promise.resolve();
    const write = earlier.then(() => this.#writeFile(key));
    // A failed write must not keep later ones from being tried.
    this.#writes.set(
      id,
      write.catch(() => undefined),
    );
    await write;
  }

  async #writeFile(key: ServiceKey): Promise<void> {
    const file = join(this.#folder, `${encodeURIComponent(key.project)}~${key.service}.json`);
    const entry = this.#entries.get(keyOf(key));
    if (entry === undefined) {
      await rm(file, { force: true });
      return;
    }
    const stored: StoredEntry = {
      service: entry.service,
      revisions: [...entry.revisions.values()],
    };
    await writeFile(`${file}.partial`, JSON.stringify(stored));
    await rename(`${file}.partial`, file);
  }
}
