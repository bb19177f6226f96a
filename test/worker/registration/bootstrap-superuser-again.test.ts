import { describe, expect, it } from "vitest";
import { actingAs, idOf, signedInAs } from "../../support/admins.ts";
import { startService } from "../../support/service.ts";
import { logIn, member, newAddress, PASSWORD, tokenMailedTo } from "../../support/users.ts";

const start = (email: string) => startService({ env: { BOOTSTRAP_SUPERUSER_EMAIL: email } });

async function roleOf(service: ReturnType<typeof start>, email: string) {
  const { token } = await logIn(service, email);
  return (await service.get("/me", token)).body.data.role;
}

describe("BOOTSTRAP_SUPERUSER_EMAIL does nothing while there is a superuser", () => {
  it("for somebody demoted who moves to another address and registers the first one anew", async () => {
    const email = newAddress();
    const service = start(email);
    await member(service, email);
    const other = await signedInAs(service, "superuser");
    await actingAs(service, other).call("PUT", `/${await idOf(email)}/role`, { role: "user" });
    const { token } = await logIn(service, email);
    const elsewhere = newAddress();
    await service.post("/me/email", { newEmail: elsewhere, password: PASSWORD }, token);
    await service.post("/verify-email", { token: await tokenMailedTo(service, elsewhere) });
    await member(service, email);
    expect(await roleOf(service, email)).toBe("user");
  });

  it("for somebody who was deleted and registers anew", async () => {
    const email = newAddress();
    const service = start(email);
    await member(service, email);
    const { call } = actingAs(service, await signedInAs(service, "superuser"));
    const id = await idOf(email);
    await call("POST", `/${id}/deactivate`);
    await call("DELETE", `/${id}`);
    await member(service, email);
    expect(await roleOf(service, email)).toBe("user");
  });

  it("and makes its owner superuser again by a reset when there is none left", async () => {
    const email = newAddress();
    const service = start(email);
    await member(service, email);
    await service.env.DB.prepare("UPDATE accounts SET role = 'user'").run();
    await service.post("/forgot-password", { email });
    await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: PASSWORD,
    });
    expect(await roleOf(service, email)).toBe("superuser");
  });
});
