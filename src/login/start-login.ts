import type { Account } from "../accounts/account.ts";
import type { Caller } from "../kernel/caller.ts";
import type { PasswordHasher } from "../kernel/crypto/password-hash.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { IssuedTokens } from "../sessions/issue-tokens.ts";
import { type OpenSessionDeps, openSession } from "../sessions/open-session.ts";
import { judgeLogin, type LoginRefusal } from "./rules.ts";

export type StartLoginDeps = OpenSessionDeps & {
  readonly accounts: {
    findSignInByEmail(emailKey: string): Promise<{ account: Account; passwordHash: string | null } | null>;
  };
  readonly hasher: PasswordHasher;
};

type Login = { readonly email: EmailAddress; readonly password: string; readonly caller: Caller };

/**
 * Signs in by password. An unknown address costs the same read and the same hashing as a known one,
 * and what is wrong with an account is said only to whoever knows its password.
 */
export async function startLogin(
  deps: StartLoginDeps,
  input: Login,
): Promise<Result<{ tokens: IssuedTokens; account: Account }, { reason: LoginRefusal }>> {
  const found = await deps.accounts.findSignInByEmail(input.email.key);
  const verdict = await deps.hasher.verify(found?.passwordHash ?? null, input.password);
  const refusal = judgeLogin(found?.account ?? null, verdict);
  if (refusal) return err({ reason: refusal });
  if (!found?.passwordHash) return err({ reason: "no_such_account" });

  const opened = await openSession(deps, {
    account: found.account,
    amr: ["pwd"],
    checkedHash: found.passwordHash,
    rehash: verdict === "match_outdated" ? await deps.hasher.hash(input.password) : null,
    caller: input.caller,
  });
  if (!opened.ok) return err({ reason: "changed_meanwhile" });
  return ok({ tokens: opened.value, account: found.account });
}
