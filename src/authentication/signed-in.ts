import type { Account } from "../accounts/account.ts";
import { type IssueTokensDeps, issueTokens } from "../sessions/issue-tokens.ts";
import type { NewSession } from "../sessions/session.ts";
import type { SignedIn } from "./sign-in-outcome.ts";

export type SignedInDeps = IssueTokensDeps;

type OpenedSession = {
  readonly session: Omit<NewSession, "accountId">;
  readonly account: Account;
  readonly deviceToken: string | null;
};

/** Issues the first tokens of a session. Only `oauth/create-child-session.ts` still uses it. */
export async function signedIn(deps: SignedInDeps, opened: OpenedSession): Promise<SignedIn> {
  const { session, account, deviceToken } = opened;
  const stored = { ...session, generation: 1, rotatedAt: session.createdAt };
  const tokens = await issueTokens(deps, stored, account);
  return { kind: "signed_in", tokens, account, sessionId: session.id, deviceToken };
}
