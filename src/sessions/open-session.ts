import type { Account } from "../accounts/account.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { SECOND } from "../kernel/clock.ts";
import { newId } from "../kernel/ids.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type IssuedTokens, type IssueTokensDeps, issueTokens } from "./issue-tokens.ts";
import type { SessionDraft } from "./session.ts";

export type OpenSessionDeps = IssueTokensDeps & {
  readonly sessions: {
    open(draft: {
      session: SessionDraft;
      audit: AuditDraft;
      checkedHash: string;
      rehash: string | null;
      now: number;
    }): Promise<"opened" | "changed_meanwhile">;
  };
  readonly settings: { readonly refreshIdleTtl: number; readonly refreshMaxTtl: number };
};

type SignIn = {
  readonly account: Account;
  readonly amr: readonly string[];
  /** The stored hash that the password was checked against. */
  readonly checkedHash: string;
  /** The password under today's cost, if the stored hash is older. */
  readonly rehash: string | null;
  readonly caller: Caller;
};

/** Begins a session for somebody who has proven who they are, and issues its first tokens. */
export async function openSession(
  deps: OpenSessionDeps,
  signIn: SignIn,
): Promise<Result<IssuedTokens, "changed_meanwhile">> {
  const now = deps.clock.now();
  const { refreshIdleTtl, refreshMaxTtl } = deps.settings;
  const session: SessionDraft = {
    id: newId(),
    accountId: signIn.account.id,
    amr: signIn.amr,
    ip: signIn.caller.ip,
    userAgent: signIn.caller.userAgent,
    createdAt: now,
    idleExpiresAt: now + Math.min(refreshIdleTtl, refreshMaxTtl) * SECOND,
    expiresAt: now + refreshMaxTtl * SECOND,
  };
  const audit = draftAuditEvent(
    deps,
    { type: "signed_in", details: { sessionId: session.id, amr: signIn.amr.join(" ") } },
    signIn.caller,
    signIn.account.id,
  );
  const { checkedHash, rehash } = signIn;
  const outcome = await deps.sessions.open({ session, audit, checkedHash, rehash, now });
  if (outcome === "changed_meanwhile") return err("changed_meanwhile");
  return ok(await issueTokens(deps, { ...session, generation: 1, rotatedAt: now }, signIn.account));
}
