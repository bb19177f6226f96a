import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { IdentityDraft, OwnerProof } from "../identities/identity.ts";
import type { LinkFacts } from "../identities/sign-in-facts.ts";
import type { Caller } from "../kernel/caller.ts";
import { type Clock, DAY } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import { lookTwice } from "../sign-in/look-twice.ts";
import type { Profile } from "../social-providers/port.ts";
import { draftIdentity } from "./draft-identity.ts";
import { judgeLink } from "./rules.ts";
import type { SocialFailure } from "./social-failure.ts";

export type LinkIdentityDeps = {
  readonly clock: Clock;
  readonly identities: {
    findLinkFacts(question: {
      provider: string;
      subject: string;
      proof: OwnerProof;
      now: number;
    }): Promise<LinkFacts>;
    link(draft: {
      proof: OwnerProof;
      accountId: string;
      key: IdentityDraft;
      notice: MessageDraft;
      audits: readonly AuditDraft[];
      now: number;
    }): Promise<"linked" | "changed_meanwhile">;
  };
  readonly messages: Outbox;
};

type Linking = {
  readonly provider: { readonly id: string; readonly name: string };
  readonly profile: Profile;
  readonly proof: OwnerProof;
  readonly caller: Caller;
};

/** Gives an account the identity that its owner has asked for, and tells them. */
export const linkIdentity = (
  deps: LinkIdentityDeps,
  linking: Linking,
): Promise<Result<void, SocialFailure>> => lookTwice(() => link(deps, linking));

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
    key: draftIdentity(provider.id, profile),
    notice,
    audits: [draftAuditEvent(deps, event, caller, accountId)],
    now,
  });
  if (outcome === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
