import type { Account } from "../../accounts/account.ts";
import type { UserStore } from "./store.ts";

export type LookUpUsersDeps = { readonly users: Pick<UserStore, "findMany"> };

/** The accounts with these ids, at most 100, in the order of the ids. Unknown ids are left out. */
export async function lookUpUsers(deps: LookUpUsersDeps, ids: readonly string[]): Promise<Account[]> {
  const uniqueIds = [...new Set(ids)];
  if (uniqueIds.length === 0) return [];
  const found = new Map((await deps.users.findMany(uniqueIds)).map((account) => [account.id, account]));
  return uniqueIds.flatMap((id) => found.get(id) ?? []);
}
