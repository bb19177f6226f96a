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
  it("are none for users, all for superusers, and all but two for admins", () => {
    expect(PERMISSIONS.filter((one) => hasPermission("user", one))).toEqual([]);
    expect(PERMISSIONS.filter((one) => !hasPermission("admin", one))).toEqual(SUPERUSER_ONLY);
    expect(PERMISSIONS.filter((one) => !hasPermission("superuser", one))).toEqual([]);
  });

  it.each([
    ["user", []],
    ["admin", ["user"]],
    ["superuser", ["user", "admin", "superuser"]],
  ] as const)("of a %s reach %j", (role, reached) => {
    expect(manageableRoles(role)).toEqual(reached);
    for (const permission of PERMISSIONS) {
      for (const other of ROLES) {
        const allowed = canManage({ id: "a", role }, permission, { id: "b", role: other });
        expect(allowed, `${permission} on ${other}`).toBe(
          hasPermission(role, permission) && (reached as readonly string[]).includes(other),
        );
      }
    }
  });

  it("let nobody act on themselves, but look", () => {
    for (const role of ROLES) {
      for (const permission of PERMISSIONS) {
        const isLook = permission === "users:read" && hasPermission(role, permission);
        expect(canManage({ id: "a", role }, permission, { id: "a", role })).toBe(isLook);
      }
    }
  });

  it("leave nobody out of a superuser's lists, and show an admin users alone", () => {
    expect(ROLES.map(visibleRoles)).toEqual([[], ["user"], null]);
  });
});
