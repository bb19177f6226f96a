import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { ReauthenticationProof } from "../reauthentication/proof.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import { judgeLink } from "./account-linking-rules.ts";
import type { SocialFailure } from "./errors.ts";
import { type IdTokenUse, newIdentity } from "./identity.ts";
import type { Profile } from "./providers/provider.ts";
import type { IdentityStore } from "./store.ts";

export type LinkIdentityDeps = {
  readonly clock: Clock;
  readonly identities: Pick<IdentityStore, "findLinkFacts" | "link">;
  readonly messages: Outbox;
};

type Link = {
  readonly provider: { readonly id: string; readonly name: string };
  readonly profile: Profile;
  /** The ID token that an application presented; null for an access token and the code flow. */
  readonly idToken: IdTokenUse | null;
  /** The refresh token that the provider gave, sealed. */
  readonly sealedRefreshToken: string | null;
  readonly proof: ReauthenticationProof;
  readonly caller: Caller;
};

/** Links an identity to the account whose owner has reauthenticated, and notifies the owner. */
export const linkIdentity = (deps: LinkIdentityDeps, link: Link): Promise<Result<void, SocialFailure>> =>
  retryOnConflict(() => linkOnce(deps, link));

async function linkOnce(
  deps: LinkIdentityDeps,
  { provider, profile, idToken, sealedRefreshToken, proof, caller }: Link,
): Promise<Result<void, SocialFailure>> {
  const now = deps.clock.now();
  const { subject } = profile;
  const query = { provider: provider.id, subject, idToken, proof, now };
  const facts = await deps.identities.findLinkFacts(query);
  if (facts.idTokenClaim !== null && facts.idTokenClaim !== idToken?.claim) {
    return err({ reason: "id_token_used" });
  }
  const decision = judgeLink(facts);
  if (decision.kind === "refuse") return err({ reason: decision.reason });
  if (decision.kind === "already_linked") return ok(undefined);
  const { accountId } = decision;
  const notice = await deps.messages.create(
    { kind: "identity_linked", provider: provider.name },
    { expiresAt: now + DAY },
  );
  const event = { type: "identity_linked", details: { provider: provider.id } } as const;
  const outcome = await deps.identities.link({
    proof,
    accountId,
    key: newIdentity(provider.id, profile, sealedRefreshToken),
    idToken,
    notice,
    audits: [newAuditEvent(deps, event, caller, accountId)],
    now,
  });
  if (outcome === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
