import { describe, expect, it } from "vitest";
import { startService } from "../../support/service.ts";
import {
  accountIdOf,
  logIn,
  newAddress,
  PASSWORD,
  registerAndVerify,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../support/users.ts";

const start = (email: string) => startService({ env: { BOOTSTRAP_SUPERUSER_EMAIL: email } });

async function roleOf(service: ReturnType<typeof start>, email: string) {
  const { token } = await logIn(service, email);
  return (await service.get("/me", token)).body.data.role;
}

/** The mailed link: the bootstrap voids the password of the registration. */
async function choosePassword(service: ReturnType<typeof start>, email: string) {
  const token = await tokenMailedTo(service, email);
  await service.post("/reset-password", { token, newPassword: PASSWORD });
}

describe("BOOTSTRAP_SUPERUSER_EMAIL for a former superuser", () => {
  it("does not promote a demoted user who changes their address and registers the first one again", async () => {
    const email = newAddress();
    const service = start(email);
    await registerAndVerify(service, email);
    const other = await signedInAs(service, "superuser");
    await usersApiAs(service, other).call("PUT", `/${await accountIdOf(email)}/role`, { role: "user" });
    await choosePassword(service, email);
    const { token } = await logIn(service, email);
    const newEmail = newAddress();
    await service.post("/me/email", { newEmail, password: PASSWORD }, token);
    await service.post("/verify-email", { token: await tokenMailedTo(service, newEmail) });
    await registerAndVerify(service, email);
    expect(await roleOf(service, email)).toBe("user");
  });

  it("does not promote a deleted user who registers again", async () => {
    const email = newAddress();
    const service = start(email);
    await registerAndVerify(service, email);
    const { call } = usersApiAs(service, await signedInAs(service, "superuser"));
    const id = await accountIdOf(email);
    await call("POST", `/${id}/deactivate`);
    await call("DELETE", `/${id}`);
    await registerAndVerify(service, email);
    expect(await roleOf(service, email)).toBe("user");
  });

  it("promotes the owner of the address by a password reset when no superuser is left", async () => {
    const email = newAddress();
    const service = start(email);
    await registerAndVerify(service, email);
    await service.env.DB.prepare("UPDATE accounts SET role = 'user'").run();
    await service.post("/forgot-password", { email });
    await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: PASSWORD,
    });
    expect(await roleOf(service, email)).toBe("superuser");
  });
});
