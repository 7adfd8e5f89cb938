/**
 * Long-running operations: a write answers with one at once, and it is done when the reconciler has decided.
 * https://google.aip.dev/151. Kept in memory: an operation does not survive a restart, the service does.
 */
import { randomUUID } from 'node:crypto';
import { ApiError, canonicalCodes } from '../api/api-error.js';
import { keyOf, type ServiceKey, type ServiceRecord } from '../resources/record.js';

type Json = Readonly<Record<string, unknown>>;

/** How an operation ended. */
export type OperationEnd =
  | { readonly kind: 'response'; readonly resource: Json }
  | { readonly kind: 'error'; readonly message: string };

interface Operation {
  readonly name: string;
  readonly metadata: () => Json;
  readonly ended: Promise<void>;
  readonly end: (end: OperationEnd) => void;
  outcome: OperationEnd | undefined;
}

/** Waits for the state of a service. */
interface Watch {
  readonly generation: number;
  readonly operation: Operation;
}

/** The fault a failed deployment is reported with. */
const failedCode = canonicalCodes.FAILED_PRECONDITION.grpc;

/** The oldest operations are forgotten beyond this many. */
// divergence: operations
const operationsMax = 1000;

/** The operations of this run. */
export class OperationStore {
  readonly #typeUrl: string;
  readonly #operations = new Map<string, Operation>();
  readonly #watches = new Map<string, Watch[]>();

  /** `messageType` is what metadata and responses are, such as `google.cloud.run.v2.Service`. */
  constructor(messageType: string) {
    this.#typeUrl = `type.googleapis.com/${messageType}`;
  }

  /** Begins an operation under `parent` (`projects/P/locations/L`); `metadata` is read at every look. */
  begin(parent: string, metadata: () => Json): Operation {
    let resolveEnded = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      resolveEnded = resolve;
    });
    const operation: Operation = {
      name: `${parent}/operations/${randomUUID()}`,
      metadata,
      ended,
      outcome: undefined,
      end: (outcome) => {
        operation.outcome ??= outcome;
        resolveEnded();
      },
    };
    this.#operations.set(operation.name, operation);
    const oldest = this.#operations.keys().next().value;
    if (this.#operations.size > operationsMax && oldest !== undefined) {
      this.#operations.delete(oldest);
    }
    return operation;
  }

  /** Ends an operation once the write of `record` is decided. */
  watch(operation: Operation, record: ServiceRecord): void {
    const id = keyOf(record.key);
    const watches = this.#watches.get(id) ?? [];
    watches.push({ generation: record.generation, operation });
    this.#watches.set(id, watches);
  }

  /** A service was decided as of `generation`: ends the operations that waited for it. */
  decide(key: ServiceKey, generation: number, end: () => OperationEnd): void {
    const id = keyOf(key);
    const watches = this.#watches.get(id);
    if (watches === undefined) return;
    const done = watches.filter((watch) => watch.generation <= generation);
    this.#watches.set(
      id,
      watches.filter((watch) => watch.generation > generation),
    );
    for (const { operation } of done) operation.end(end());
  }

  /** @throws ApiError NOT_FOUND */
  get(name: string): Operation {
    const operation = this.#operations.get(name);
    if (operation === undefined) {
      throw new ApiError('NOT_FOUND', `Operation '${name}' does not exist.`);
    }
    return operation;
  }

  has(name: string): boolean {
    return this.#operations.has(name);
  }

  list(parent: string): readonly Operation[] {
    return [...this.#operations.values()]
      .filter(({ name }) => name.startsWith(`${parent}/operations/`))
      .reverse();
  }

  /** @throws ApiError NOT_FOUND */
  delete(name: string): void {
    this.get(name);
    this.#operations.delete(name);
  }

  /** Waits for the end, at most `timeoutMs`. */
  async wait(name: string, timeoutMs: number): Promise<Operation> {
    const operation = this.get(name);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([operation.ended, timeout]);
    clearTimeout(timer);
    return operation;
  }

  /** An operation as v2 answers it. */
  view(operation: Operation): Json {
    const { name, metadata, outcome } = operation;
    if (outcome === undefined) return this.viewBegun(operation, metadata());
    if (outcome.kind === 'error') {
      const error = { code: failedCode, message: outcome.message };
      return { name, metadata: this.#typed(metadata()), done: true, error };
    }
    const resource = this.#typed(outcome.resource);
    return { name, metadata: resource, done: true, response: resource };
  }

  /** An operation as the call that began it answers it, with the resource as that call left it. */
  viewBegun({ name }: Operation, metadata: Json): Json {
    return { name, metadata: this.#typed(metadata) };
  }

  #typed(resource: Json): Json {
    return { '@type': this.#typeUrl, ...resource };
  }
}
