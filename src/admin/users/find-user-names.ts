import type { Actor } from "../authorization/actor.ts";
import { visibleRoles } from "../authorization/permissions.ts";
import type { UserStore } from "./store.ts";

export type FindUserNamesDeps = { readonly users: Pick<UserStore, "findNames"> };

export type UserName = { readonly name: string; readonly email: string };

/** The names and addresses, by id, of those of these users that the actor may see. At most 90 ids. */
export async function findUserNames(
  deps: FindUserNamesDeps,
  input: { readonly actor: Actor; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, UserName>> {
  const ids = [...new Set(input.ids)];
  if (ids.length === 0) return new Map();
  const found = await deps.users.findNames(ids, visibleRoles(input.actor));
  return new Map(found.map(({ id, ...names }) => [id, names]));
}
