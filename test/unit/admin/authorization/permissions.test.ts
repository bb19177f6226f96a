import { describe, expect, it } from "vitest";
import {
  canManage,
  hasPermission,
  manageableRoles,
  PERMISSIONS,
  ROLES,
  visibleRoles,
} from "../../../../src/admin/authorization/permissions.ts";

const SUPERUSER_ONLY = ["users:set-role", "users:delete"];

describe("permissions", () => {
  it("gives users no permission, superusers all, and admins all but two", () => {
    expect(PERMISSIONS.filter((permission) => hasPermission("user", permission))).toEqual([]);
    expect(PERMISSIONS.filter((permission) => !hasPermission("admin", permission))).toEqual(SUPERUSER_ONLY);
    expect(PERMISSIONS.filter((permission) => !hasPermission("superuser", permission))).toEqual([]);
  });

  it.each([
    ["user", []],
    ["admin", ["user"]],
    ["superuser", ["user", "admin", "superuser"]],
  ] as const)("the permissions of a %s cover the roles %j", (role, manageable) => {
    expect(manageableRoles(role)).toEqual(manageable);
    for (const permission of PERMISSIONS) {
      for (const other of ROLES) {
        const allowed = canManage({ id: "a", role }, permission, { id: "b", role: other });
        expect(allowed, `${permission} on ${other}`).toBe(
          hasPermission(role, permission) && (manageable as readonly string[]).includes(other),
        );
      }
    }
  });

  it("lets users only read their own account by a permission", () => {
    for (const role of ROLES) {
      for (const permission of PERMISSIONS) {
        const isRead = permission === "users:read" && hasPermission(role, permission);
        expect(canManage({ id: "a", role }, permission, { id: "a", role })).toBe(isRead);
      }
    }
  });

  it("does not filter a superuser's lists, and filters an admin's to the role user", () => {
    expect(ROLES.map(visibleRoles)).toEqual([[], ["user"], null]);
  });
});
