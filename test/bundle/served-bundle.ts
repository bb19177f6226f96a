/** Where the one production bundle is served, under two configurations. */
export type ServedBundle = {
  /** ENVIRONMENT=development, which a production bundle must not be opened by. */
  readonly misconfigured: string;
  readonly production: string;
};

declare module "vitest" {
  interface ProvidedContext {
    servedBundle: ServedBundle;
  }
}
