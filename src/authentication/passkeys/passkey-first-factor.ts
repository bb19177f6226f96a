import type { FirstFactor } from "../first-factor.ts";

/** A passkey that verified the user counts as two factors. A signature cannot be guessed, so no attempt is counted. */
export const passkeyFirstFactor: FirstFactor<"passkey"> = { amr: ({ amr }) => amr, countsAttempts: false };
