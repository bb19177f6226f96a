import type { Actor } from "../authorization/actor.ts";
import { visibleRoles } from "../authorization/permissions.ts";
import type { DirectoryPage, DirectoryQuery, UserDirectoryStore } from "./user-search-store.ts";

export type ListUsersDeps = { readonly userDirectory: Pick<UserDirectoryStore, "list"> };

type Input = Omit<DirectoryQuery, "roles"> & { readonly actor: Actor };

/** One page of the users that the actor may see, newest first. */
export function listUsers(deps: ListUsersDeps, input: Input): Promise<DirectoryPage> {
  const { actor, search, ...query } = input;
  // A search form that is submitted empty sends `search=`: no search.
  const terms = search?.trim() === "" ? undefined : search;
  return deps.userDirectory.list({ ...query, search: terms, roles: visibleRoles(actor) });
}
