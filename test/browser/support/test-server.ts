/** What the browser tests have at hand, or why they cannot run. */
export type TestServerContext =
  | {
      /** Where the browser takes commands. */
      readonly endpoint: string;
      /** Where the service is. */
      readonly origin: string;
      /** Where the example Worker is. */
      readonly notesOrigin: string;
      /** Where an app is that has its people sign in there. */
      readonly app: string;
      readonly superuser: { readonly email: string; readonly password: string };
    }
  | { readonly problem: string };

declare module "vitest" {
  interface ProvidedContext {
    browserStage: TestServerContext;
  }
}
