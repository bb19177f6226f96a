import type { Recency } from "./recency.ts";
import type { VerifyResult } from "./session.ts";

/** Verifies access tokens. Does not throw when Gatehouse is unreachable. */
export type Verifier = {
  verify(token: string, options?: Recency): Promise<VerifyResult>;
};

/**
 * A verifier over a service binding. `strict` also reads session and account: exact at this instant, one D1 query. A
 * reauthentication since the token was issued then counts for `maxAge` and `acrValues`.
 */
export type StrictVerifier = {
  /** Lets TypeScript distinguish it from `Verifier`. */
  readonly canBeStrict: true;
  verify(token: string, options?: Recency & { readonly strict?: boolean }): Promise<VerifyResult>;
};
