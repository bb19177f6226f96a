import type { VerifyResult } from "./session.ts";

/** Says who a token speaks for. One result for both ways of asking; it never throws for an outage. */
export type Verifier = {
  verify(token: string): Promise<VerifyResult>;
};

/** Over a service binding Gatehouse can also be asked strictly: exact at this instant, for one D1 query. */
export type StrictVerifier = {
  /** For TypeScript to tell it from one that cannot be. */
  readonly canBeStrict: true;
  verify(token: string, options?: { readonly strict?: boolean }): Promise<VerifyResult>;
};
