/** How somebody signs in: what a profile does not show. */
export type SignInMethods = {
  /** Who was invited, and has not chosen one yet, has none. */
  readonly hasPassword: boolean;
  /** Their own choice of the mailed second step. */
  readonly secondFactor: boolean;
};

export type ReadSignInMethodsDeps = {
  readonly accounts: { findSignInMethods(accountId: string): Promise<SignInMethods | null> };
};

/** For the account's own pages; one that is gone has no way in. */
export async function readSignInMethods(
  deps: ReadSignInMethodsDeps,
  input: { readonly accountId: string },
): Promise<SignInMethods> {
  return (
    (await deps.accounts.findSignInMethods(input.accountId)) ?? { hasPassword: false, secondFactor: false }
  );
}
