import type { FirstFactor } from "../first-factor.ts";

/** An identity that a social provider has asserted. */
export const identityFactor: FirstFactor = { amr: ["fed"], countsAttempts: false };
