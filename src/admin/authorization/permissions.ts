import type { Role } from "../../accounts/account.ts";

/**
 * Who may do what beyond their own account (contract §3): the least role that may. Routes, pages and
 * RPC all ask this table. Whom a permission reaches is `reachOf`'s to say.
 */
const leastRoles = {
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

export type Permission = keyof typeof leastRoles;

export const PERMISSIONS = Object.keys(leastRoles) as readonly Permission[];

/** From the least to the most. */
export const ROLES = ["user", "admin", "superuser"] as const satisfies readonly Role[];

/** Whoever acts, and whoever it is done to. */
export type Person = { readonly id: string; readonly role: Role };

export const hasPermission = (role: Role, permission: Permission): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(leastRoles[permission]);

/**
 * The roles of those whom somebody of that role may act on and see, and the roles that they may give:
 * admins those below them, superusers everybody, since nobody else could remove a superuser.
 */
export const manageableRoles = (role: Role): readonly Role[] =>
  role === "superuser" ? ROLES : ROLES.slice(0, ROLES.indexOf(role));

/** The same for a list: null where it leaves nobody out. */
export function visibleRoles(role: Role): readonly Role[] | null {
  const roles = manageableRoles(role);
  return roles.length === ROLES.length ? null : roles;
}

/** Whether that person may do it to that one. Nobody acts on themselves, but everybody may look. */
export function canManage(actor: Person, permission: Permission, target: Person): boolean {
  if (!hasPermission(actor.role, permission)) return false;
  if (actor.id === target.id) return permission === "users:read";
  return manageableRoles(actor.role).includes(target.role);
}
