import type { Account } from "../accounts/account.ts";
import type { Defer } from "../core/defer.ts";
import type { RevocationList } from "../sessions/revocation-list/revocation-list.ts";
import type { NewSession } from "../sessions/session.ts";

export type RestrictPendingDeps = {
  readonly revocationList: Pick<RevocationList, "revokeSessions">;
  readonly defer: Defer;
  readonly settings: { readonly accessTokenTtl: number };
};

/**
 * The audience of the tokens of a session that was just opened. While the deletion of its account is pending, the session
 * can only undo that, at this service: for other Workers, which may read the revocation list alone, it counts as
 * revoked (security 65).
 */
export function restrictPending(
  deps: RestrictPendingDeps,
  { id, audience, ownAudience }: Pick<NewSession, "id" | "audience" | "ownAudience">,
  { deletionDueAt }: Pick<Account, "deletionDueAt">,
): { readonly audience: string } {
  if (deletionDueAt === null) return { audience };
  deps.defer(() => deps.revocationList.revokeSessions([id], deps.settings.accessTokenTtl));
  return { audience: ownAudience };
}
