import type { Role } from "../../accounts/account.ts";
import type { Actor } from "./actor.ts";

/**
 * The minimum role for each permission on other users' data (contract §3). Routes, pages and RPC use
 * this table. `manageableRoles` limits the users that a permission covers.
 */
const minimumRoles = {
  "users:list": "admin",
  "users:read": "admin",
  "users:invite": "admin",
  "users:edit": "admin",
  "users:metadata": "admin",
  "users:activate": "admin",
  "users:deactivate": "admin",
  "users:unlock": "admin",
  "users:reset-password": "admin",
  "users:end-sessions": "admin",
  "users:remove-factors": "admin",
  "users:set-avatar": "admin",
  "users:set-role": "superuser",
  "users:delete": "superuser",
  "audit:read": "admin",
  "mail:read": "admin",
  "clients:manage": "superuser",
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof minimumRoles;

export const PERMISSIONS = Object.keys(minimumRoles) as readonly Permission[];

/** In ascending order. */
export const ROLES = ["user", "admin", "superuser"] as const satisfies readonly Role[];

/** Whether the actor's role has the permission, and its client may use it. */
export const hasPermission = (actor: Actor, permission: Permission): boolean =>
  actor.kind === "operator" ||
  (ROLES.indexOf(actor.role) >= ROLES.indexOf(minimumRoles[permission]) &&
    (actor.scopes === "all" || actor.scopes.includes(permission)));

/**
 * The roles that the actor may see, manage and assign. Admins manage the roles below theirs. Superusers and operators
 * manage every role, since only they can demote or delete a superuser.
 */
export const manageableRoles = (actor: Actor): readonly Role[] =>
  actor.kind === "operator" || actor.role === "superuser" ? ROLES : ROLES.slice(0, ROLES.indexOf(actor.role));

/** `manageableRoles` as the filter of a list. Null means no filter. */
export function visibleRoles(actor: Actor): readonly Role[] | null {
  const roles = manageableRoles(actor);
  return roles.length === ROLES.length ? null : roles;
}

/** Whether the actor may use the permission on the target. On their own account users may only read. */
export function canManage(
  actor: Actor,
  permission: Permission,
  target: { readonly id: string; readonly role: Role },
): boolean {
  if (!hasPermission(actor, permission)) return false;
  if (actor.kind === "user" && actor.accountId === target.id) return permission === "users:read";
  return manageableRoles(actor).includes(target.role);
}
