import type { Role } from "../../accounts/account.ts";
import { type Person, visibleRoles } from "../authorization/permissions.ts";

export type FindUserNamesDeps = {
  readonly users: {
    /** At most ninety ids. */
    namesOf(
      ids: readonly string[],
      roles: readonly Role[] | null,
    ): Promise<readonly { id: string; name: string }[]>;
  };
};

/** The names of those among these whom that person may see, by id: for lists that know ids alone. */
export async function findUserNames(
  deps: FindUserNamesDeps,
  input: { readonly actor: Person; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(input.ids)];
  if (ids.length === 0) return new Map();
  const found = await deps.users.namesOf(ids, visibleRoles(input.actor.role));
  return new Map(found.map(({ id, name }) => [id, name]));
}
