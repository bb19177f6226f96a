import { type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { SocialProvider } from "./providers/provider.ts";

export type RemoveIdentityDeps = {
  readonly clock: Clock;
  readonly identities: {
    remove(draft: {
      accountId: string;
      provider: string;
      usableProviders: readonly string[];
      keepSessionId: string;
      notice: NewMessage;
      audit: NewAuditEvent;
      now: number;
    }): Promise<{ endedSessionIds: string[] } | "not_linked" | "last_sign_in_method">;
  };
  readonly revocationList: {
    revokeSessions(sessionIds: readonly string[], ttlSeconds: number): Promise<unknown>;
  };
  readonly defer: (work: () => Promise<unknown>) => void;
  readonly settings: { readonly accessTokenTtl: number };
  readonly socialProviders: ReadonlyMap<string, Pick<SocialProvider, "name">>;
  readonly messages: Outbox;
};

export type RemovalFailure = { readonly reason: "not_linked" | "last_sign_in_method" };

type Removal = {
  readonly accountId: string;
  /** The session that asks, which goes on. */
  readonly sessionId: string;
  readonly provider: string;
  readonly caller: Caller;
};

/**
 * Takes a way to sign in away, unless it is the last one: a password, or a provider that is on. The other
 * sessions end, as with a password, since nobody knows which of them were opened that way.
 */
export async function removeIdentity(
  deps: RemoveIdentityDeps,
  { accountId, sessionId, provider, caller }: Removal,
): Promise<Result<void, RemovalFailure>> {
  const now = deps.clock.now();
  const name = deps.socialProviders.get(provider)?.name ?? provider;
  const notice = await deps.messages.draft(
    { kind: "identity_removed", provider: name },
    { expiresAt: now + DAY },
  );
  const event = { type: "identity_removed", details: { provider } } as const;
  const outcome = await deps.identities.remove({
    accountId,
    provider,
    usableProviders: [...deps.socialProviders.keys()],
    keepSessionId: sessionId,
    notice,
    audit: newAuditEvent(deps, event, caller, accountId),
    now,
  });
  if (typeof outcome === "string") return err({ reason: outcome });
  deps.defer(() => deps.revocationList.revokeSessions(outcome.endedSessionIds, deps.settings.accessTokenTtl));
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
