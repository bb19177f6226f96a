/** The URLs of the production bundle, served with two configurations. */
export type ServedBundle = {
  /** ENVIRONMENT=development, which must not enable anything in a production bundle. */
  readonly misconfigured: string;
  readonly production: string;
};

declare module "vitest" {
  interface ProvidedContext {
    servedBundle: ServedBundle;
  }
}
