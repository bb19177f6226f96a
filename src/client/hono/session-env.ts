import type { VerifiedSession } from "../session.ts";

/** What the guards leave behind: `c.var.session`. */
export type SessionEnv = { Variables: { session: VerifiedSession } };
