import type { FirstFactor } from "../first-factor.ts";

/** A code that was mailed to the address. It is never followed by a second mailed code (security 54). */
export const emailCodeFactor: FirstFactor<"email_code"> = { amr: () => ["otp"], countsAttempts: true };
