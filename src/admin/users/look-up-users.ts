import type { Account } from "../../accounts/account.ts";

export type LookUpUsersDeps = {
  readonly users: {
    /** At most a hundred ids. */
    findMany(ids: readonly string[]): Promise<readonly Account[]>;
  };
};

/** The accounts of these ids, at most a hundred, in their order; an id that is nobody's is left out. */
export async function lookUpUsers(deps: LookUpUsersDeps, ids: readonly string[]): Promise<Account[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return [];
  const found = new Map((await deps.users.findMany(wanted)).map((account) => [account.id, account]));
  return wanted.flatMap((id) => found.get(id) ?? []);
}
