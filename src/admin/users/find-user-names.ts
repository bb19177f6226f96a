import type { Actor } from "../authorization/actor.ts";
import { visibleRoles } from "../authorization/permissions.ts";
import type { UserStore } from "./store.ts";

export type FindUserNamesDeps = { readonly users: Pick<UserStore, "findNames"> };

/** The names, by id, of those of these users that the actor may see. At most 90 ids. */
export async function findUserNames(
  deps: FindUserNamesDeps,
  input: { readonly actor: Actor; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(input.ids)];
  if (ids.length === 0) return new Map();
  const found = await deps.users.findNames(ids, visibleRoles(input.actor));
  return new Map(found.map(({ id, name }) => [id, name]));
}
