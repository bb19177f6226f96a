/** How somebody signs in: what a profile does not show. */
export type WaysIn = {
  /** Who was invited, and has not chosen one yet, has none. */
  readonly hasPassword: boolean;
  /** Their own choice of the mailed second step. */
  readonly secondStep: boolean;
};

export type ReadWaysInDeps = {
  readonly accounts: { findWaysIn(accountId: string): Promise<WaysIn | null> };
};

/** For the account's own pages; one that is gone has no way in. */
export async function readWaysIn(
  deps: ReadWaysInDeps,
  input: { readonly accountId: string },
): Promise<WaysIn> {
  return (await deps.accounts.findWaysIn(input.accountId)) ?? { hasPassword: false, secondStep: false };
}
