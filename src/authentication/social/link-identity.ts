import { type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import type { NewIdentity, ReauthenticationProof } from "./identity.ts";
import { newIdentity } from "./new-identity.ts";
import type { Profile } from "./providers/provider.ts";
import { judgeLink } from "./rules.ts";
import type { LinkFacts } from "./sign-in-facts.ts";
import type { SocialFailure } from "./social-failure.ts";

export type LinkIdentityDeps = {
  readonly clock: Clock;
  readonly identities: {
    findLinkFacts(question: {
      provider: string;
      subject: string;
      proof: ReauthenticationProof;
      now: number;
    }): Promise<LinkFacts>;
    link(draft: {
      proof: ReauthenticationProof;
      accountId: string;
      key: NewIdentity;
      notice: NewMessage;
      audits: readonly NewAuditEvent[];
      now: number;
    }): Promise<"linked" | "changed_meanwhile">;
  };
  readonly messages: Outbox;
};

type Linking = {
  readonly provider: { readonly id: string; readonly name: string };
  readonly profile: Profile;
  readonly proof: ReauthenticationProof;
  readonly caller: Caller;
};

/** Gives an account the identity that its owner has asked for, and tells them. */
export const linkIdentity = (
  deps: LinkIdentityDeps,
  linking: Linking,
): Promise<Result<void, SocialFailure>> => retryOnConflict(() => link(deps, linking));

async function link(
  deps: LinkIdentityDeps,
  { provider, profile, proof, caller }: Linking,
): Promise<Result<void, SocialFailure>> {
  const now = deps.clock.now();
  const { subject } = profile;
  const facts = await deps.identities.findLinkFacts({ provider: provider.id, subject, proof, now });
  const decision = judgeLink(facts);
  if (decision.kind === "refuse") return err({ reason: decision.reason });
  if (decision.kind === "already_linked") return ok(undefined);
  const { accountId } = decision;
  const notice = await deps.messages.draft(
    { kind: "identity_linked", provider: provider.name },
    { expiresAt: now + DAY },
  );
  const event = { type: "identity_linked", details: { provider: provider.id } } as const;
  const outcome = await deps.identities.link({
    proof,
    accountId,
    key: newIdentity(provider.id, profile),
    notice,
    audits: [newAuditEvent(deps, event, caller, accountId)],
    now,
  });
  if (outcome === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
