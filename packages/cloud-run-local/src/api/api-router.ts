/** Finds the handler of an API call by method and path; `{name}` in a pattern is one path segment. */
import { ApiError, invalidArgument } from './api-error.js';

/** One API call, its body read. */
export interface ApiCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** What a call is answered with, as JSON. */
export type ApiAnswer = unknown;

/** One kind of call. */
export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as `/v2/projects/{project}/locations/{location}/services`. */
  readonly pattern: string;
  readonly handle: (call: ApiCall) => ApiAnswer;
}

interface CompiledRoute {
  readonly route: ApiRoute;
  readonly expression: RegExp;
}

function compile(route: ApiRoute): CompiledRoute {
  const source = route.pattern
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/:]+)');
  return { route, expression: new RegExp(`^${source}/?$`) };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalidArgument(`URL: '${segment}' is not UTF-8 written as %XX.`);
  }
}

/** Answers API calls. */
export class ApiRouter {
  readonly #routes: readonly CompiledRoute[];

  constructor(routes: readonly ApiRoute[]) {
    this.#routes = routes.map(compile);
  }

  /** @throws ApiError UNIMPLEMENTED for a call this emulator does not know, and whatever the handler throws. */
  // divergence: quotas
  async answer(method: string, url: URL, body: unknown): Promise<ApiAnswer> {
    for (const { route, expression } of this.#routes) {
      const match = route.method === method ? expression.exec(url.pathname) : null;
      if (match === null) continue;
      const params = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeSegment(value)]),
      );
      return await route.handle({ params, query: url.searchParams, body });
    }
    throw new ApiError(
      'UNIMPLEMENTED',
      `${method} ${url.pathname} is not supported by cloud-run-local.`,
    );
  }
}
