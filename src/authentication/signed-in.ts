import type { Account } from "../accounts/account.ts";
import { type IssueTokensDeps, issueTokens } from "../sessions/issue-tokens.ts";
import type { SessionDraft } from "../sessions/session.ts";
import type { SignedIn } from "./sign-in-outcome.ts";

export type SignedInDeps = IssueTokensDeps;

type Opened = {
  readonly session: Omit<SessionDraft, "accountId">;
  readonly account: Account;
  readonly deviceToken: string | null;
};

/** What the person gets whose session has just been opened. */
export async function signedIn(deps: SignedInDeps, opened: Opened): Promise<SignedIn> {
  const { session, account, deviceToken } = opened;
  const live = { ...session, generation: 1, rotatedAt: session.createdAt };
  return {
    kind: "signed_in",
    tokens: await issueTokens(deps, live, account),
    account,
    sessionId: session.id,
    deviceToken,
  };
}
