import type { FirstFactor } from "../first-factor.ts";

/** A code without a session is issued only for an identity, so it proves the provider's assertion. */
export const authorizationCodeFactor: FirstFactor = { amr: ["fed"], countsAttempts: false };
