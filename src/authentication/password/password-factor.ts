import type { FirstFactor } from "../first-factor.ts";

export const passwordFactor: FirstFactor<"password"> = { amr: () => ["pwd"], countsAttempts: true };
