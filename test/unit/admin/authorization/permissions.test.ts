import { describe, expect, it } from "vitest";
import { actorIdOf, OPERATOR } from "../../../../src/admin/authorization/actor.ts";
import {
  canManage,
  hasPermission,
  manageableRoles,
  PERMISSIONS,
  ROLES,
  visibleRoles,
} from "../../../../src/admin/authorization/permissions.ts";
import { actorWithRole } from "../../../support/actors.ts";

const SUPERUSER_ONLY = ["users:set-role", "users:delete", "clients:manage"];

describe("permissions", () => {
  it("gives users no permission, superusers all, and admins all but three", () => {
    expect(PERMISSIONS.filter((permission) => hasPermission(actorWithRole("user"), permission))).toEqual([]);
    expect(PERMISSIONS.filter((permission) => !hasPermission(actorWithRole("admin"), permission))).toEqual(
      SUPERUSER_ONLY,
    );
    expect(
      PERMISSIONS.filter((permission) => !hasPermission(actorWithRole("superuser"), permission)),
    ).toEqual([]);
  });

  it.each([
    ["user", []],
    ["admin", ["user"]],
    ["superuser", ["user", "admin", "superuser"]],
  ] as const)("the permissions of a %s cover the roles %j", (role, manageable) => {
    expect(manageableRoles(actorWithRole(role))).toEqual(manageable);
    for (const permission of PERMISSIONS) {
      for (const other of ROLES) {
        const allowed = canManage(actorWithRole(role, "a"), permission, { id: "b", role: other });
        expect(allowed, `${permission} on ${other}`).toBe(
          hasPermission(actorWithRole(role), permission) && (manageable as readonly string[]).includes(other),
        );
      }
    }
  });

  it("lets users only read their own account by a permission", () => {
    for (const role of ROLES) {
      for (const permission of PERMISSIONS) {
        const isRead = permission === "users:read" && hasPermission(actorWithRole(role), permission);
        expect(canManage(actorWithRole(role, "a"), permission, { id: "a", role })).toBe(isRead);
      }
    }
  });

  it("gives an operator every permission on every user", () => {
    expect(PERMISSIONS.filter((permission) => !hasPermission(OPERATOR, permission))).toEqual([]);
    for (const role of ROLES) expect(canManage(OPERATOR, "users:delete", { id: "b", role })).toBe(true);
    expect(visibleRoles(OPERATOR)).toBeNull();
    expect(actorIdOf(OPERATOR)).toBeNull();
  });

  it("limits a client to its scopes, which add nothing to the role", () => {
    const actor = { ...actorWithRole("admin", "a"), scopes: ["users:list", "users:delete"] };
    expect(PERMISSIONS.filter((permission) => hasPermission(actor, permission))).toEqual(["users:list"]);
    expect(canManage(actor, "users:read", { id: "b", role: "user" })).toBe(false);
    expect(canManage(actor, "users:read", { id: "a", role: "admin" })).toBe(false);
  });

  it("does not filter a superuser's lists, and filters an admin's to the role user", () => {
    expect(ROLES.map((role) => visibleRoles(actorWithRole(role)))).toEqual([[], ["user"], null]);
  });
});
