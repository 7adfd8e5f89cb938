/** What a reported error is filed under; numbers of requests and sessions, never a person's words. */
export interface ReportContext {
  readonly requestId: string;
  readonly sessionId?: string | undefined;
}

/** Where errors that are our fault, and samples of requests, are sent. */
export interface ErrorReporter {
  readonly report: (error: unknown, context: ReportContext) => void;
  /** Begins the trace of one request; call the result with its status when it has been answered. */
  readonly trace: (name: string, context: ReportContext) => (status: number) => void;
  /** Sends what is still waiting, within two seconds. */
  readonly close: () => Promise<void>;
}

/** Sends nothing anywhere. */
export const silentReporter: ErrorReporter = {
  report: () => undefined,
  trace: () => () => undefined,
  close: () => Promise.resolve(),
};
