import type { FirstFactor } from "../first-factor.ts";

export const passwordFactor: FirstFactor = { amr: ["pwd"], countsAttempts: true };
