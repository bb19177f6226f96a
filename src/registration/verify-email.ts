import { type Bootstrap, type DraftBootstrapDeps, draftBootstrap } from "../accounts/draft-bootstrap.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { DAY } from "../kernel/clock.ts";
import { newId } from "../kernel/ids.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type FindLiveLinkDeps, findLiveLink } from "../one-time-links/find-live-link.ts";
import type { LinkDraft } from "../one-time-links/link.ts";
import { type NewLinkDeps, newLink } from "../one-time-links/new-link.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";

type LinkClaim = { tokenHash: string; claim: string; now: number };
type Outcome = "confirmed" | "link_dead";

export type VerifyEmailDeps = FindLiveLinkDeps &
  NewLinkDeps &
  DraftBootstrapDeps & {
    readonly emailVerifications: {
      confirm(
        claim: LinkClaim,
        bootstrap: Bootstrap | null,
        choice: { link: LinkDraft; mail: MessageDraft },
        audit: AuditDraft,
      ): Promise<Outcome>;
      change(claim: LinkClaim, noticeToOldAddress: MessageDraft, audit: AuditDraft): Promise<Outcome>;
    };
    readonly messages: Outbox;
  };

/** The purposes that this consumer takes; a reset link is refused here. */
export const VERIFYING_PURPOSES = ["verify_email", "change_email"] as const;

/** Spends a mailed link that proves an address: a new account's, or the new one of an old account. */
export async function verifyEmail(
  deps: VerifyEmailDeps,
  input: { readonly token: string; readonly caller: Caller },
): Promise<Result<void, { readonly reason: "link_dead" }>> {
  const link = await findLiveLink(deps, input.token, VERIFYING_PURPOSES);
  if (!link) return err({ reason: "link_dead" });
  const now = deps.clock.now();
  const claim = { tokenHash: link.tokenHash, claim: newId(), now };
  if (link.purpose === "change_email") {
    const audit = draftAuditEvent(deps, { type: "email_changed" }, input.caller, link.accountId);
    const notice = await deps.messages.draft(
      { kind: "email_changed" },
      { expiresAt: now + DAY, to: link.accountEmail },
    );
    if ((await deps.emailVerifications.change(claim, notice, audit)) === "link_dead") {
      return err({ reason: "link_dead" });
    }
    deps.messages.deliverSoon([notice.id]);
    return ok(undefined);
  }
  const audit = draftAuditEvent(deps, { type: "email_verified" }, input.caller, link.accountId);
  const choice = await newLink(deps, "reset_password");
  const { expiresAt } = choice.link;
  const mail = await deps.messages.draft({ kind: "reset_password", url: choice.url }, { expiresAt });
  const outcome = await deps.emailVerifications.confirm(
    claim,
    draftBootstrap(deps, input.caller),
    { link: choice.link, mail },
    audit,
  );
  // It is there only for somebody without a password.
  deps.messages.deliverSoon([mail.id]);
  return outcome === "confirmed" ? ok(undefined) : err({ reason: "link_dead" });
}
