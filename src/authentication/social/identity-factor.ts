import type { FirstFactor } from "../first-factor.ts";

/** An identity that a social provider has asserted. */
export const identityFactor: FirstFactor<"identity"> = { amr: () => ["fed"], countsAttempts: false };
