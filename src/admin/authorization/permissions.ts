import type { Role } from "../../accounts/account.ts";

/**
 * The minimum role for each permission on other users' data (contract §3). Routes, pages and RPC use
 * this table. `manageableRoles` limits the users that a permission covers.
 */
const minimumRoles = {
  "users:list": "admin",
  "users:read": "admin",
  "users:invite": "admin",
  "users:edit": "admin",
  "users:activate": "admin",
  "users:deactivate": "admin",
  "users:unlock": "admin",
  "users:reset-password": "admin",
  "users:end-sessions": "admin",
  "users:set-avatar": "admin",
  "users:set-role": "superuser",
  "users:delete": "superuser",
  "audit:read": "admin",
  "mail:read": "admin",
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof minimumRoles;

export const PERMISSIONS = Object.keys(minimumRoles) as readonly Permission[];

/** In ascending order. */
export const ROLES = ["user", "admin", "superuser"] as const satisfies readonly Role[];

/** A user with a role: the actor or the target of an action. */
export type Principal = { readonly id: string; readonly role: Role };

export const hasPermission = (role: Role, permission: Permission): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(minimumRoles[permission]);

/**
 * The roles that a user of this role may see, manage and assign. Admins manage the roles below theirs.
 * Superusers manage every role, since only a superuser can demote or delete another one.
 */
export const manageableRoles = (role: Role): readonly Role[] =>
  role === "superuser" ? ROLES : ROLES.slice(0, ROLES.indexOf(role));

/** `manageableRoles` as the filter of a list. Null means no filter. */
export function visibleRoles(role: Role): readonly Role[] | null {
  const roles = manageableRoles(role);
  return roles.length === ROLES.length ? null : roles;
}

/** Whether the actor may use the permission on the target. On their own account users may only read. */
export function canManage(actor: Principal, permission: Permission, target: Principal): boolean {
  if (!hasPermission(actor.role, permission)) return false;
  if (actor.id === target.id) return permission === "users:read";
  return manageableRoles(actor.role).includes(target.role);
}
