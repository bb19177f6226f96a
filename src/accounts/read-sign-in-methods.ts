import type { SignInMethods } from "./account.ts";
import type { AccountStore } from "./store.ts";

export type ReadSignInMethodsDeps = {
  readonly accounts: Pick<AccountStore, "findSignInMethods">;
};

/** For the account's own pages. A deleted account has no sign-in methods. */
export async function readSignInMethods(
  deps: ReadSignInMethodsDeps,
  input: { readonly accountId: string },
): Promise<SignInMethods> {
  return (await deps.accounts.findSignInMethods(input.accountId)) ?? { hasPassword: false };
}
