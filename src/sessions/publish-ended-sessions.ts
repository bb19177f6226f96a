import { SECOND } from "../core/clock.ts";
import type { RevocationList } from "./revocation-list/revocation-list.ts";

/** `idleExpiresAt`: when its refresh token would have expired. */
export type EndedSession = { readonly id: string; readonly idleExpiresAt: number };

type Deps = {
  readonly revocationList: Pick<RevocationList, "revokeSessions">;
  readonly settings: { readonly accessTokenTtl: number };
};

/**
 * Publishes the end of sessions to other Workers, which may read only the revocation list: for the longer of the refresh
 * tokens' remaining life and the access tokens' whole life.
 */
export async function publishEndedSessions(
  { revocationList, settings }: Deps,
  ended: readonly EndedSession[],
  now: number,
): Promise<void> {
  if (ended.length === 0) return;
  const lastExpiry = Math.max(...ended.map(({ idleExpiresAt }) => idleExpiresAt));
  const ttlSeconds = Math.max((lastExpiry - now) / SECOND, settings.accessTokenTtl);
  await revocationList.revokeSessions(
    ended.map(({ id }) => id),
    ttlSeconds,
  );
}
