declare namespace NodeJS {
  /** What the build and the server read. `NEXT_PUBLIC_…` is written into the page's JavaScript by the build. */
  interface ProcessEnv {
    readonly BACKEND_URL?: string;
    readonly NEXT_PUBLIC_API_URL?: string;
    readonly NEXT_PUBLIC_SENTRY_DSN?: string;
    readonly NEXT_PUBLIC_SENTRY_ENVIRONMENT?: string;
    readonly NEXT_PUBLIC_RELEASE?: string;
    readonly NEXT_RUNTIME?: string;
    /** Makes `/drill` throw on the server, to see that Sentry hears of it. */
    readonly SENTRY_DRILL?: string;
    /** Where the build goes. */
    readonly WEB_DIST_DIR?: string;
  }
}
