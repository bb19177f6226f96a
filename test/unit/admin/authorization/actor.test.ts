import { expect, it } from "vitest";
import { userActor } from "../../../../src/admin/authorization/actor.ts";
import { hasPermission } from "../../../../src/admin/authorization/permissions.ts";
import { FIRST_PARTY_CLIENT } from "../../../../src/sessions/session.ts";

it("gives the session of an app no permission, even that of a superuser", () => {
  const account = { id: crypto.randomUUID(), role: "superuser" } as const;
  const permitted = [FIRST_PARTY_CLIENT, "app"].map((clientId) =>
    hasPermission(userActor({ account, clientId }), "users:read"),
  );
  expect(permitted).toEqual([true, false]);
});
