import type { VerifiedSession } from "../session.ts";

/** What the guards leave behind: `c.var.session`. */
export type SessionEnv = { Variables: { session: VerifiedSession } };

/** What a guard leaves behind that lets nobody through as well. */
export type OptionalSessionEnv = { Variables: { session?: VerifiedSession } };
