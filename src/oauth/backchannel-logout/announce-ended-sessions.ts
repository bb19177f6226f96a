import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";

/**
 * The revocation list, which also delivers logout notices after each end of sessions: the use cases that end sessions
 * report them to it. The notices themselves are rows that a trigger has inserted together with the end.
 */
export const announceEndedSessions = (
  list: RevocationList,
  deliverNoticesSoon: () => void,
): RevocationList => ({
  ...list,
  async revokeSessions(sessionIds, ttlSeconds) {
    await list.revokeSessions(sessionIds, ttlSeconds);
    deliverNoticesSoon();
  },
  async revokeAccount(accountId, revokedBefore, ttlSeconds) {
    await list.revokeAccount(accountId, revokedBefore, ttlSeconds);
    deliverNoticesSoon();
  },
});
