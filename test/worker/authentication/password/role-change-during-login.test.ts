import { decodeJwt } from "jose";
import { expect, it } from "vitest";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { startService } from "../../../support/service.ts";
import { PASSWORD, signedInAs, usersApiAs } from "../../../support/users.ts";

it("issues a token with the current role if the role changes during the login", async () => {
  const slow = startWithHeldBatch(2);
  const service = startService({ clock: slow.service.clock });
  const { id, email } = await signedInAs(service, "admin");
  const superuser = await signedInAs(service, "superuser");
  const login = slow.service.post("/login", { email, password: PASSWORD });
  await slow.reached;
  const roleChange = await usersApiAs(service, superuser).call("PUT", `/${id}/role`, { role: "user" });
  expect(roleChange.status).toBe(200);
  slow.release();
  const { status, body } = await login;
  expect(status).toBe(200);
  expect(decodeJwt(body.data.token).role).toBe("user");
});
