import type { Account, AccountStatus, Role } from "../../accounts/account.ts";
import type { Actor } from "../authorization/admin-action.ts";
import { visibleRoles } from "../authorization/permissions.ts";

export type ListUsersDeps = {
  readonly directory: {
    list(query: {
      roles: readonly Role[] | null;
      role?: Role;
      status?: AccountStatus;
      search?: string;
      limit: number;
      after: number | null;
    }): Promise<{ users: Account[]; next: number | null }>;
  };
};

type Query = {
  readonly actor: Actor;
  readonly role?: Role;
  readonly status?: AccountStatus;
  /** Beginnings of words of the address, the name or the username. */
  readonly search?: string;
  readonly limit: number;
  /** Where the page before this one ended, or null for the first. */
  readonly after: number | null;
};

/** Those whom that person may see, the newest first. */
export function listUsers(
  deps: ListUsersDeps,
  input: Query,
): Promise<{ readonly users: Account[]; readonly next: number | null }> {
  const { actor, search, ...query } = input;
  // A form that was sent as it was asks for nothing in particular.
  const asked = search?.trim() === "" ? undefined : search;
  const roles = actor === "operator" ? null : visibleRoles(actor.role);
  return deps.directory.list({ ...query, search: asked, roles });
}
