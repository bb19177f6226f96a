/** What the global setup provides to the browser tests, or why they cannot run. */
export type TestServerContext =
  | {
      /** WebSocket endpoint of the browser. */
      readonly endpoint: string;
      /** Origin of the service. */
      readonly origin: string;
      /** Origin of the example Worker. */
      readonly notesOrigin: string;
      /** Origin of an app whose users sign in at the service. */
      readonly app: string;
      readonly superuser: { readonly email: string; readonly password: string };
    }
  | { readonly problem: string };

declare module "vitest" {
  interface ProvidedContext {
    browserStage: TestServerContext;
  }
}
