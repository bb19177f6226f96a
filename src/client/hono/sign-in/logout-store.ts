import type { LogoutEvent } from "../../oauth/logout-token.ts";
import type { VerifiedSession } from "../../session.ts";

/**
 * Remembers which sessions ended at Gatehouse, for as long as the app's access tokens may live. With KV:
 * `end: ({ sessionId }) => kv.put(sessionId, "1", { expirationTtl: 3600 })`.
 */
export type LogoutStore = {
  /** Stores the end of a session. The event is authentic; it may arrive more than once. */
  end(event: LogoutEvent): Promise<void>;
  /** Whether a session has ended. Called once for each request. */
  hasEnded(session: VerifiedSession): Promise<boolean>;
};
