import type { VerifiedSession } from "../session.ts";

/** The variable that the guards set: `c.var.session`. */
export type SessionEnv = { Variables: { session: VerifiedSession } };

/** The variable that an optional guard may set. */
export type OptionalSessionEnv = { Variables: { session?: VerifiedSession } };
