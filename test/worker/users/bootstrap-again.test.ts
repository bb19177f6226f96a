import { describe, expect, it } from "vitest";
import { actingAs, idOf, signedInAs } from "../../support/admins.ts";
import { logIn, member, newAddress, PASSWORD, register, tokenMailedTo } from "../../support/people.ts";
import { startService } from "../../support/service.ts";

const start = (email: string) => startService({ env: { BOOTSTRAP_SUPERUSER_EMAIL: email } });

async function roleOf(service: ReturnType<typeof start>, email: string) {
  const { token } = await logIn(service, email);
  return (await service.get("/me", token)).body.data.role;
}

describe("BOOTSTRAP_SUPERUSER_EMAIL, once proven, does nothing any more", () => {
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

  it("and is not had by whoever registers the address before its owner clicks", async () => {
    const email = newAddress();
    const service = start(email);
    const password = "a stranger's lighthouse 9";
    await register(service, email, { password });
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    const answer = await service.post("/login", { email, password });
    expect(answer.body.data?.user?.role).not.toBe("superuser");
  });
});
