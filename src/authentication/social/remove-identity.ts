import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import type { Defer } from "../../core/defer.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { isRecentlyAuthenticated } from "../reauthentication/rules.ts";
import { allowsMethod, type SignInMethodSettings } from "../sign-in-methods.ts";
import type { RemovalFailure } from "./errors.ts";
import type { SocialProvider } from "./providers/provider.ts";
import type { IdentityStore } from "./store.ts";

export type RemoveIdentityDeps = {
  readonly clock: Clock;
  readonly identities: Pick<IdentityStore, "remove">;
  readonly revocationList: Pick<RevocationList, "revokeSessions">;
  readonly deliverEventsNow: () => Promise<void>;
  readonly defer: Defer;
  readonly settings: SignInMethodSettings & { readonly accessTokenTtl: number };
  readonly socialProviders: ReadonlyMap<string, Pick<SocialProvider, "name">>;
  readonly messages: Outbox;
};

type Removal = {
  /** The caller's session, which stays live. */
  readonly session: CurrentSession;
  readonly provider: string;
  readonly caller: Caller;
};

/**
 * Removes a linked identity, unless it is the last sign-in method: a password, a passkey, or a provider that is
 * configured.
 * The other sessions end, as after a password change: sessions do not record the identity that opened them. The session
 * must be recently authenticated.
 */
export async function removeIdentity(
  deps: RemoveIdentityDeps,
  { session, provider, caller }: Removal,
): Promise<Result<void, RemovalFailure>> {
  const now = deps.clock.now();
  if (!isRecentlyAuthenticated(session, now)) return err({ reason: "reauthentication_required" });
  const accountId = session.account.id;
  const name = deps.socialProviders.get(provider)?.name ?? provider;
  const notice = await deps.messages.create(
    { kind: "identity_removed", provider: name },
    { expiresAt: now + DAY },
  );
  const event = { type: "identity_removed", details: { provider } } as const;
  const outcome = await deps.identities.remove({
    session,
    provider,
    usableProviders: [...deps.socialProviders.keys()],
    usableMethods: {
      password: allowsMethod(deps.settings, "password"),
      passkey: allowsMethod(deps.settings, "passkey"),
      emailCode: allowsMethod(deps.settings, "email_code"),
    },
    notice,
    audit: newAuditEvent(deps, event, caller, accountId),
    now,
  });
  if (typeof outcome === "string") return err({ reason: outcome });
  deps.defer(() => deps.revocationList.revokeSessions(outcome.endedSessionIds, deps.settings.accessTokenTtl));
  deps.messages.deliverSoon([notice.id]);
  deps.defer(deps.deliverEventsNow);
  return ok(undefined);
}
